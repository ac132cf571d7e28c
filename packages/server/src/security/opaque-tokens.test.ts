import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

const DAY_MS = 86_400_000

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('an opaque token', () => {
  it('is 256 random bits', async () => {
    const first = await server.signUp('amy')
    const second = await server.signUp('ami')

    expect(first.access_token).toMatch(/^[\w-]{43}$/)
    expect(second.access_token).not.toBe(first.access_token)
  })

  it('is nowhere in the database', async () => {
    const { access_token: token } = await server.signUp('bea')
    await server.call('me', {}, { token })

    const files = readdirSync(server.dataDirectory).map((name) =>
      readFileSync(join(server.dataDirectory, name), 'latin1'),
    )
    // The files of PostgreSQL are elsewhere.
    const rows = ['session', 'account', 'record'].map((table) =>
      server.sql(`select * from ${table}`),
    )
    const stored = JSON.stringify(await Promise.all(rows)) + files.join('')

    expect(stored).toContain('bea')
    expect(stored).not.toContain(token)
  })

  it('cannot be replaced by what is stored of it', async () => {
    const { user_id: userId } = await server.signUp('cat')
    const [session] = await server.sql<{ token_hash: string }>(
      'select token_hash from session where user_id = ?',
      userId,
    )

    const answer = await server.call('me', {}, { token: session!.token_hash })

    expect(answer.error?.code).toBe(104)
  })

  it('is answered by me as it is', async () => {
    const { access_token: token } = await server.signUp('dan')

    const { result } = await server.call('me', {}, { token })

    expect(result.access_token).toBe(token)
  })

  it('ends after 90 days without use', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('eve')
    await lastSeen(userId, Date.now() - 90 * DAY_MS)

    const answer = await server.call('me', {}, { token })

    expect(answer.error?.code).toBe(104)
  })

  it('lives while it was used within 90 days', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('fay')
    await lastSeen(userId, Date.now() - 90 * DAY_MS + 60_000)

    const answer = await server.call('me', {}, { token })

    expect(answer.status).toBe(200)
  })

  it('lives on from each use', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('gus')
    await lastSeen(userId, Date.now() - 89 * DAY_MS)

    await server.call('me', {}, { token })

    await expect
      .poll(() => lastSeenOf(userId), { timeout: 5_000 })
      .toBeGreaterThan(Date.now() - 60_000)
  })

  it('lives for ever for a user without a password, whose account it is', async () => {
    const { result } = await server.call('auth:signup')
    await lastSeen(result.user_id, 0)

    const answer = await server.call('me', {}, { token: result.access_token })

    expect(answer.status).toBe(200)
  })

  it('is not written at every request', async () => {
    const own = await startTestServer()
    onTestFinished(own.close)
    const { access_token: token } = await own.signUp('hal')
    const time = Date.now() - 50_000
    await own.sql('update session set last_seen_at = ?', time)

    await own.call('me', {}, { token })
    await own.stop()

    expect(await own.sql('select last_seen_at from session')).toEqual([{ last_seen_at: time }])
  })

  it('has its last use written when the server stops', async () => {
    const own = await startTestServer()
    onTestFinished(own.close)
    const { access_token: token } = await own.signUp('ida')
    await own.sql('update session set last_seen_at = 0 + created_at - 100000')
    const before = Date.now()

    await own.call('me', {}, { token })
    await own.stop()

    const [session] = await own.sql<{ last_seen_at: number }>('select last_seen_at from session')
    expect(session!.last_seen_at).toBeGreaterThanOrEqual(before)
  })
})

describe('SESSION_IDLE_DAYS', () => {
  it('sets the days after which a token ends', async () => {
    const strict = await startTestServer({ SESSION_IDLE_DAYS: '1' })
    onTestFinished(strict.close)
    const { access_token: token } = await strict.signUp('amy')
    await strict.sql('update session set last_seen_at = ?', Date.now() - DAY_MS)

    expect((await strict.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('lets tokens live for ever with 0', async () => {
    const lenient = await startTestServer({ SESSION_IDLE_DAYS: '0' })
    onTestFinished(lenient.close)
    const { access_token: token } = await lenient.signUp('amy')
    await lenient.sql('update session set last_seen_at = 0')

    expect((await lenient.call('me', {}, { token })).status).toBe(200)
  })
})

describe.each(['opaque', 'jwt'])('TOKEN_STORE_EXPIRY with TOKEN_STORE=%s', (tokenStore) => {
  let expiring: TestServer

  beforeAll(async () => {
    expiring = await startTestServer({ TOKEN_STORE: tokenStore, TOKEN_STORE_EXPIRY: '3600' })
  })

  afterAll(() => expiring.close())

  it('ends a token so many seconds after its issue', async () => {
    const { access_token: token } = await expiring.signUp('amy')

    const before = await at(Date.now() + 3_500_000, () => expiring.call('me', {}, { token }))
    const after = await at(Date.now() + 3_601_000, () => expiring.call('me', {}, { token }))

    expect(before.status).toBe(200)
    expect(after.error?.code).toBe(104)
  })

  it('ends the token of a user without a password too', async () => {
    const { result } = await expiring.call('auth:signup')
    const credentials = { token: result.access_token }

    const after = await at(Date.now() + 3_601_000, () => expiring.call('me', {}, credentials))

    expect(after.error?.code).toBe(104)
  })

  it('lets the user log in anew', async () => {
    await expiring.signUp('bea')
    const body = { auth_data: { username: 'bea' }, password: testPassword }

    const me = await at(Date.now() + 3_601_000, async () => {
      const { result } = await expiring.call('auth:login', body)
      return expiring.call('me', {}, { token: result.access_token })
    })

    expect(me.status).toBe(200)
  })
})

async function lastSeen(userId: string, time: number): Promise<void> {
  await server.sql('update session set last_seen_at = ? where user_id = ?', time, userId)
}

async function lastSeenOf(userId: string): Promise<number> {
  const [row] = await server.sql<{ last_seen_at: number }>(
    'select last_seen_at from session where user_id = ?',
    userId,
  )
  return row!.last_seen_at
}

/** Does something at another time of the day. */
async function at<T>(time: number, work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['Date'], now: time })
  try {
    return await work()
  } finally {
    vi.useRealTimers()
  }
}
