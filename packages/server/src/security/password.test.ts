import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { describe, expect, it } from 'vitest'
import { createPasswordHasher, isOutdated } from './password.ts'

const password = 'correct horse battery'
/** As cheap as the algorithm allows, to fill the queue without burning the machine. */
const cheap = { memoryCost: 8, timeCost: 1, parallelism: 1 }

describe('a password hash', () => {
  it('PW-12: is argon2id with the parameters of today', async () => {
    const hash = await createPasswordHasher().hash(password)

    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  })

  it('KY-05: is another one each time', async () => {
    const passwords = createPasswordHasher()

    expect(await passwords.hash(password)).not.toBe(await passwords.hash(password))
  })

  it('matches its password and no other', async () => {
    const passwords = createPasswordHasher()
    const hash = await passwords.hash(password)

    expect(await passwords.verify(password, hash)).toBe(true)
    expect(await passwords.verify(`${password} `, hash)).toBe(false)
    expect(await passwords.verify('', hash)).toBe(false)
  })

  it('PW-03: matches the same text in another normalisation', async () => {
    const passwords = createPasswordHasher()
    const hash = await passwords.hash('Zo\u00eb sits \u00e0 table')

    expect(await passwords.verify('Zoe\u0308 sits a\u0300 table', hash)).toBe(true)
  })

  it('PW-03: heeds the case', async () => {
    const passwords = createPasswordHasher()
    const hash = await passwords.hash(password)

    expect(await passwords.verify(password.toUpperCase(), hash)).toBe(false)
  })

  it('PW-02: counts the whole of a long password', async () => {
    const passwords = createPasswordHasher()
    const long = 'x'.repeat(100_000)
    const hash = await passwords.hash(`${long}a`)

    expect(await passwords.verify(`${long}a`, hash)).toBe(true)
    expect(await passwords.verify(`${long}b`, hash)).toBe(false)
  })

  it('PW-03: counts what follows a NUL', async () => {
    const passwords = createPasswordHasher()
    const hash = await passwords.hash('before\u0000after')

    expect(await passwords.verify('before\u0000other', hash)).toBe(false)
  })

  it('matches nothing when there is none', async () => {
    const passwords = createPasswordHasher()

    expect(await passwords.verify(password, null)).toBe(false)
    expect(await passwords.verify('', undefined)).toBe(false)
    expect(await passwords.verify(password, '')).toBe(false)
  })
})

describe('a bcrypt hash', () => {
  it.each(['$2a$', '$2b$', '$2y$'])('matches its password with the version %s', async (version) => {
    const hash = (await bcrypt.hash(password, 10)).replace(/^\$2.\$/, version)

    expect(await createPasswordHasher().verify(password, hash)).toBe(true)
    expect(await createPasswordHasher().verify('another', hash)).toBe(false)
  })

  it('PW-02: matches by the first 72 bytes, since more never counted', async () => {
    const long = 'x'.repeat(72)
    const hash = await bcrypt.hash(`${long}tail`, 4)

    expect(await createPasswordHasher().verify(`${long}tail`, hash)).toBe(true)
    expect(await createPasswordHasher().verify(long, hash)).toBe(true)
  })

  it('matches the password as it was typed then, normalised or not', async () => {
    const decomposed = 'Zoe\u0308 sits a\u0300 table'
    const hash = await bcrypt.hash(decomposed, 4)

    expect(await createPasswordHasher().verify(decomposed, hash)).toBe(true)
  })

  it('PW-14: is refused without cost when it is much dearer than ours', async () => {
    const dear = `$2b$15$${'.'.repeat(53)}`

    const { matches, milliseconds } = await timed(dear)

    expect(matches).toBe(false)
    expect(milliseconds).toBeLessThan(500)
  })
})

describe('a hash that was tampered with', () => {
  it.each([
    'plain text',
    '$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$argon2id$v=19$m=999999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$argon2id$v=19$m=19456,t=9999,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0',
    '$argon2id$v=19$m=19456,t=2,p=1$!!!$???',
    '$argon2id$v=19$m=0,t=0,p=0$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$argon2id$v=19$m=8,t=1,p=99$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA',
    '$2a$10$short',
    '$2a$99$.....................................................',
    '$2a$10$!!!!!!!!!!!!!!!!!!!!!!bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  ])('matches nothing, at no cost: %s', async (hash) => {
    const { matches, milliseconds } = await timed(hash)

    expect(matches).toBe(false)
    expect(milliseconds).toBeLessThan(500)
  })
})

describe('a hash is outdated', () => {
  it('when it is of bcrypt', async () => {
    expect(isOutdated(await bcrypt.hash(password, 4))).toBe(true)
  })

  it('when its parameters are below those of today', async () => {
    expect(isOutdated(await argon2.hash(password, cheap))).toBe(true)
    expect(isOutdated(await argon2.hash(password, { memoryCost: 19_456, timeCost: 1 }))).toBe(true)
  })

  it('not when they are those of today or above', async () => {
    expect(isOutdated(await createPasswordHasher().hash(password))).toBe(false)
    expect(isOutdated(await argon2.hash(password, { memoryCost: 20_000, timeCost: 3 }))).toBe(false)
  })
})

describe('too many passwords at once', () => {
  it('R-30, PW-10: are refused, and the rest is served', async () => {
    const passwords = createPasswordHasher()
    const hash = await argon2.hash(password, cheap)

    const outcomes = await flood(passwords, hash)

    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ reason: { name: 'ResponseTimeout', retryAfterSeconds: 1 } })
    expect(outcomes[0]).toEqual({ status: 'fulfilled', value: true })
  })

  it('leave unknown users to be answered as before, once they are gone', async () => {
    const passwords = createPasswordHasher()
    const hash = await argon2.hash(password, cheap)
    const flooded = flood(passwords, hash)
    await expect(passwords.verify(password, undefined)).rejects.toThrow()
    await flooded

    expect(await passwords.verify(password, undefined)).toBe(false)
  })
})

async function timed(hash: string): Promise<{ matches: boolean; milliseconds: number }> {
  const passwords = createPasswordHasher()
  const start = performance.now()
  const matches = await passwords.verify(password, hash)
  return { matches, milliseconds: performance.now() - start }
}

/** More than the queue of any machine holds. */
function flood(passwords: ReturnType<typeof createPasswordHasher>, hash: string) {
  return Promise.allSettled(Array.from({ length: 60_000 }, () => passwords.verify(password, hash)))
}
