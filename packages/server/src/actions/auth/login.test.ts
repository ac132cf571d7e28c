import { setTimeout as sleep } from 'node:timers/promises'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('auth:login', () => {
  it('answers the user and a new token', async () => {
    const signedUp = await server.signUp('amy')

    const answer = await logIn({ username: 'amy' })

    expect(answer.status).toBe(200)
    expect(answer.result.user_id).toBe(signedUp.user_id)
    expect(answer.result.access_token).not.toBe(signedUp.access_token)
  })

  it('takes a name in any case and normalisation', async () => {
    await server.signUp('Zo\u00eb')

    const answer = await logIn({ username: 'zOE\u0308' })

    expect(answer.status).toBe(200)
  })

  it('takes an empty name, which is no longer given out, from before', async () => {
    const { user_id: id } = await server.signUp('nameless')
    await server.sql("update login_id set canonical = '' where user_id = ?", id)

    expect((await logIn({ username: '' })).result.user_id).toBe(id)
  })

  it('takes an e-mail address', async () => {
    await server.call('auth:signup', {
      auth_data: { email: 'bea@example.com' },
      password: testPassword,
    })

    const answer = await logIn({ email: 'BEA@example.com' })

    expect(answer.status).toBe(200)
  })

  it('goes by the first login id of several', async () => {
    const { user_id: userId } = await server.signUp('cat')

    const answer = await logIn({ email: 'of-nobody@example.com', username: 'cat' })

    expect(answer.result.user_id).toBe(userId)
  })

  it('answers the times of before', async () => {
    await server.signUp('dan')
    const [first] = await server.sql<{ last_login_at: number }>(
      `select last_login_at from account join login_id on user_id = id where canonical = 'dan'`,
    )

    const { result } = await logIn({ username: 'dan' })

    expect(Date.parse(result.last_login_at!)).toBe(first!.last_login_at)
    expect(Date.parse(result.last_seen_at!)).toBe(first!.last_login_at)
    expect(result.profile['last_login_at']).toEqual({
      $type: 'date',
      $date: result.last_login_at,
    })
  })

  it('answers neither the password nor its hash', async () => {
    await server.signUp('eve')

    const { text } = await logIn({ username: 'eve' })

    expect(text).not.toContain(testPassword)
    expect(text).not.toContain('argon2')
  })

  it('EN-01: refuses an unknown user with ResourceNotFound', async () => {
    const answer = await logIn({ username: 'nobody' })

    expect(answer.status).toBe(404)
    expect(answer.error).toEqual({ name: 'ResourceNotFound', code: 110, message: 'user not found' })
  })

  it('EN-01: refuses a wrong password with InvalidCredentials', async () => {
    await server.signUp('fay')

    const answer = await logIn({ username: 'fay' }, 'wrong horse battery')

    expect(answer.status).toBe(401)
    expect(answer.error).toEqual({
      name: 'InvalidCredentials',
      code: 105,
      message: 'auth_data or password incorrect',
    })
  })

  it('refuses a missing password', async () => {
    await server.signUp('gus')

    const answer = await server.call('auth:login', { auth_data: { username: 'gus' } })

    expect(answer.error?.name).toBe('InvalidCredentials')
  })

  it('refuses every password of a user who has none', async () => {
    const { result } = await server.call('auth:signup')
    await server.call(
      'record:save',
      { records: [{ _id: `user/${result.user_id}`, username: 'passwordless' }] },
      { token: result.access_token },
    )

    const answers = [
      await logIn({ username: 'passwordless' }, ''),
      await logIn({ username: 'passwordless' }, 'null'),
    ]

    expect(answers.map(({ error }) => error?.code)).toEqual([105, 105])
  })

  it('EN-04: takes about as long for an unknown user as for a wrong password', async () => {
    await server.signUp('hal')
    const times: { known: number; unknown: number }[] = []
    await logIn({ username: 'nobody' })

    for (let i = 0; i < 10; i += 1) {
      const known = await timeOf(() => logIn({ username: 'hal' }, 'wrong horse battery'))
      const unknown = await timeOf(() => logIn({ username: 'nobody' }))
      times.push({ known, unknown })
    }

    // The fastest of each: what else the machine does only adds.
    const known = Math.min(...times.map((time) => time.known))
    const unknown = Math.min(...times.map((time) => time.unknown))
    expect(unknown).toBeGreaterThan(known / 2)
    expect(unknown).toBeLessThan(known * 2)
  })

  it('refuses auth data without a whole login id', async () => {
    const answer = await logIn({ username: null })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['auth_data'] } })
  })

  it('refuses auth data with a member that is no login id', async () => {
    const answer = await logIn({ username: 'amy', password_hash: 'x' })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['auth_data'] } })
  })

  it('refuses a provider, since there is none', async () => {
    const answer = await server.call('auth:login', { provider: 'com.example', auth_data: {} })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['provider'] } })
  })

  it('refuses a disabled user with what the administrator says', async () => {
    const { user_id: userId } = await server.signUp('ida')
    const until = Date.parse('2100-01-01T00:00:00Z')
    await disable(userId, 'Pay first.', until)

    const answer = await logIn({ username: 'ida' })

    expect(answer.status).toBe(403)
    expect(answer.error).toEqual({
      name: 'UserDisabled',
      code: 127,
      message: 'user is disabled',
      info: { message: 'Pay first.', expiry: '2100-01-01T00:00:00Z' },
    })
  })

  it('EN-02: does not tell a stranger that a user is disabled', async () => {
    const { user_id: userId } = await server.signUp('jay')
    await disable(userId, 'Pay first.', null)

    const answer = await logIn({ username: 'jay' }, 'wrong horse battery')

    expect(answer.error?.name).toBe('InvalidCredentials')
    expect(answer.text).not.toContain('Pay first.')
  })

  it('lets a user in whose time of being disabled is over', async () => {
    const { user_id: userId } = await server.signUp('kim')
    await disable(userId, null, Date.now() - 1_000)

    const answer = await logIn({ username: 'kim' })

    expect(answer.status).toBe(200)
  })

  it('needs an API key', async () => {
    const body = { auth_data: { username: 'amy' }, password: testPassword }

    const answer = await server.call('auth:login', body, { key: null })

    expect(answer.error).toMatchObject({ code: 101, message: 'Api key is empty' })
  })
})

describe('auth:login with a password hash from the original server', () => {
  it('takes the password', async () => {
    await importUser('mia', await bcrypt.hash(testPassword, 10))

    const answer = await logIn({ username: 'mia' })

    expect(answer.status).toBe(200)
  })

  it('takes the form $2a$ that the original wrote', async () => {
    const hash = await bcrypt.hash(testPassword, 10)
    await importUser('ned', hash.replace(/^\$2.\$/, '$2a$'))

    const answer = await logIn({ username: 'ned' })

    expect(answer.status).toBe(200)
  })

  it('refuses another password', async () => {
    await importUser('ola', await bcrypt.hash(testPassword, 10))

    const answer = await logIn({ username: 'ola' }, 'wrong horse battery')

    expect(answer.error?.name).toBe('InvalidCredentials')
  })

  it('PW-12: replaces the hash by one of today, once the password is known', async () => {
    const userId = await importUser('pat', await bcrypt.hash(testPassword, 10))

    await logIn({ username: 'pat' })

    expect(await hashOf(userId)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect((await logIn({ username: 'pat' })).status).toBe(200)
  })

  it('keeps the hash when the password is wrong', async () => {
    const hash = await bcrypt.hash(testPassword, 10)
    const userId = await importUser('quin', hash)

    await logIn({ username: 'quin' }, 'wrong horse battery')

    expect(await hashOf(userId)).toBe(hash)
  })

  it('keeps the sessions that the user has', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('ron')
    await setHash(userId, await bcrypt.hash(testPassword, 10))

    await logIn({ username: 'ron' })

    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('R-48: lets the user in from several devices at the same time', async () => {
    await importUser('sam', await bcrypt.hash(testPassword, 10))

    const answers = await Promise.all(Array.from({ length: 4 }, () => logIn({ username: 'sam' })))

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })

  it('PW-12: replaces an argon2id hash of weaker parameters too', async () => {
    const weak = { memoryCost: 4_096, timeCost: 1, parallelism: 1 }
    const userId = await importUser('tom', await argon2.hash(testPassword, weak))

    const answer = await logIn({ username: 'tom' })

    expect(answer.status).toBe(200)
    expect(await hashOf(userId)).toContain('$m=19456,t=2,p=1$')
  })

  it('PW-14: refuses a hash that is damaged, like a wrong password', async () => {
    await importUser('uma', '$2a$10$damaged')

    const answer = await logIn({ username: 'uma' })

    expect(answer.error?.name).toBe('InvalidCredentials')
  })
})

describe('auth:login while the password changes', () => {
  it('RC-09: refuses the old password', async () => {
    const slow = { memoryCost: 100_000, timeCost: 12, parallelism: 1 }
    const userId = await importUser('vic', await argon2.hash(testPassword, slow))

    const attempt = logIn({ username: 'vic' })
    await sleep(100)
    await setHash(userId, await argon2.hash('another password'))
    const answer = await attempt

    expect(answer.error?.name).toBe('InvalidCredentials')
    expect(await server.sql('select * from session where user_id = ?', userId)).toHaveLength(1)
  })

  it('RC-14: does not put the old password back while it renews an old hash', async () => {
    const userId = await importUser('wes', await bcrypt.hash(testPassword, 13))
    const changed = await argon2.hash('another password')

    const attempt = logIn({ username: 'wes' })
    await sleep(100)
    await setHash(userId, changed)
    const answer = await attempt

    expect(answer.error?.name).toBe('InvalidCredentials')
    expect(await hashOf(userId)).toBe(changed)
  })
})

function logIn(authData: Record<string, unknown>, password = testPassword) {
  return server.call('auth:login', { auth_data: authData, password })
}

async function importUser(username: string, hash: string): Promise<string> {
  const { user_id: userId } = await server.signUp(username)
  await setHash(userId, hash)
  return userId
}

async function setHash(userId: string, hash: string): Promise<void> {
  await server.sql('update account set password_hash = ? where id = ?', hash, userId)
}

async function hashOf(userId: string): Promise<string | undefined> {
  const [row] = await server.sql<{ password_hash: string }>(
    'select password_hash from account where id = ?',
    userId,
  )
  return row?.password_hash
}

async function disable(
  userId: string,
  message: string | null,
  until: number | null,
): Promise<void> {
  const text =
    'update account set disabled = 1, disabled_message = ?, disabled_until = ? where id = ?'
  await server.sql(text, message, until, userId)
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}
