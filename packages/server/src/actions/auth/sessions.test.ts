import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
})

afterAll(() => server.close())

describe('TK-14 auth:sessions', () => {
  it('lists the sessions of the caller, newest first, and says which one asks', async () => {
    const { access_token: first } = await server.signUp('amy')
    const second = await logIn('amy')

    const sessions = await list(first)

    expect(sessions).toHaveLength(2)
    expect(sessions.filter(({ current }) => current)).toHaveLength(1)
    const other = (await list(second)).find(({ current }) => current)
    expect(sessions.find(({ current }) => !current)?.id).toBe(other?.id)
    const times = sessions.map(({ created_at: time }) => Date.parse(time))
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  })

  it('says what logged in, and from where', async () => {
    await server.signUp('bea')
    const userAgent =
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
    const response = await fetch(`${server.url}/auth/login`, {
      method: 'POST',
      headers: { 'X-Skygear-API-Key': server.apiKey, 'User-Agent': userAgent, Connection: 'close' },
      body: JSON.stringify({ auth_data: { username: 'bea' }, password: testPassword }),
    })
    const { result } = (await response.json()) as { result: { access_token: string } }

    const current = (await list(result.access_token)).find((session) => session.current)

    expect(current).toMatchObject({ client: 'Chrome on Windows', address: '127.0.0.1' })
  })

  it('tells nothing that a token or its hash follows from', async () => {
    const { access_token: token, user_id: id } = await server.signUp('cat')
    const [row] = await server.sql<{ token_hash: string }>(
      'select token_hash from session where user_id = ?',
      id,
    )

    const { text } = await server.call('auth:sessions', {}, { token })

    expect(text).not.toContain(token)
    expect(text).not.toContain(row!.token_hash)
    const [session] = await list(token)
    for (const secret of [token, row!.token_hash]) expect(secret).not.toContain(session!.id)
  })

  it('leaves out what is too old', async () => {
    const short = await startTestServer({ DATA_DIR: server.dataDirectory, SESSION_IDLE_DAYS: '1' })
    try {
      const { user_id: id } = await server.signUp('dan')
      await server.sql('update session set last_seen_at = 1 where user_id = ? returning 1', id)
      const body = { auth_data: { username: 'dan' }, password: testPassword }
      const { access_token: token } = (await short.call('auth:login', body)).result

      const { result } = await short.call('auth:sessions', {}, { token })

      expect(result.sessions).toHaveLength(1)
    } finally {
      await short.close()
    }
  })

  it('needs a user', async () => {
    expect((await server.call('auth:sessions')).error?.code).toBe(101)
  })
})

describe('TK-14 auth:sessions:revoke', () => {
  it('ends one, with the next request', async () => {
    const { access_token: token } = await server.signUp('eve')
    const other = await logIn('eve')
    const { id } = (await list(other)).find(({ current }) => current)!

    expect((await revoke(token, { id })).status).toBe(200)

    expect((await server.call('me', {}, { token: other })).error).toMatchObject({
      code: 104,
      info: { reason: 'revoked' },
    })
    expect((await server.call('me', {}, { token })).status).toBe(200)
    expect(await list(token)).toHaveLength(1)
  })

  it('ends the one that asks', async () => {
    const { access_token: token } = await server.signUp('fay')
    const [session] = await list(token)

    await revoke(token, { id: session!.id })

    expect(await codeOf(token)).toBe(104)
  })

  it('ends all others, and answers the token of the one that stays', async () => {
    const { access_token: token } = await server.signUp('gus')
    const others = [await logIn('gus'), await logIn('gus')]

    const { result } = await revoke(token, { others: true })

    expect(result.access_token).toBe(token)
    expect(await codeOf(token)).toBeUndefined()
    for (const other of others) expect(await codeOf(other)).toBe(104)
  })

  it('ends all', async () => {
    const { access_token: token } = await server.signUp('hal')
    const other = await logIn('hal')

    await revoke(token, { all: true })

    for (const each of [token, other]) expect(await codeOf(each)).toBe(104)
  })

  it("answers another user's session as one that does not exist", async () => {
    const { access_token: mine } = await server.signUp('ida')
    const { access_token: theirs } = await server.signUp('jay')
    const [session] = await list(theirs)

    const answers = [await revoke(mine, { id: session!.id }), await revoke(mine, { id: 'none' })]

    expect(answers[0]!.error?.code).toBe(110)
    expect(answers[0]!.text).toBe(answers[1]!.text)
    expect(await codeOf(theirs)).toBeUndefined()
  })

  it.each([{}, { others: false }, { id: '' }, { id: 'a', all: true }, { others: true, all: true }])(
    'refuses what does not say which: %j',
    async (input) => {
      const { access_token: token } = await server.signUp(`kim ${JSON.stringify(input)}`)

      expect((await revoke(token, input)).error?.code).toBe(108)
      expect(await codeOf(token)).toBeUndefined()
    },
  )

  it('is open to a server that acts for the user', async () => {
    const { access_token: token, user_id: id } = await server.signUp('lea')

    const body = { others: true, _user_id: id }
    const { status } = await server.call('auth:sessions:revoke', body, { key: server.masterKey })

    expect(status).toBe(200)
    expect(await codeOf(token)).toBe(104)
  })
})

describe('why a session ended', () => {
  it('is told to who holds its token', async () => {
    const loggedOut = (await server.signUp('mia')).access_token
    await server.call('auth:logout', {}, { token: loggedOut })
    const changed = await logIn('mia')
    const change = { old_password: testPassword, password: 'other words of mia', invalidate: true }
    await server.call('auth:password', change, { token: changed })

    expect(await infoOf(loggedOut)).toEqual({ reason: 'loggedOut' })
    expect(await infoOf(changed)).toEqual({ reason: 'passwordChanged' })
  })

  it('is not known of a token that never was', async () => {
    expect(await infoOf('never')).toBeUndefined()
  })

  it('is told when it is too old', async () => {
    const { access_token: token, user_id: id } = await server.signUp('ned')
    await server.sql('update session set last_seen_at = 1 where user_id = ? returning 1', id)

    expect(await infoOf(token)).toEqual({ reason: 'expired' })
  })
})

describe('with JWT tokens', () => {
  let jwt: TestServer

  beforeAll(async () => {
    jwt = await startTestServer({ TOKEN_STORE: 'jwt', RATE_LIMIT: 'off' })
  })

  afterAll(() => jwt.close())

  it('the session that asks is listed, and can be revoked', async () => {
    const { access_token: token } = await jwt.signUp('amy')
    await logIn('amy', jwt)

    const sessions = await list(token, jwt)

    expect(sessions).toEqual([expect.objectContaining({ current: true })])
    expect((await revoke(token, { id: sessions[0]!.id }, jwt)).status).toBe(200)
    expect(await infoOf(token, jwt)).toEqual({ reason: 'revoked' })
  })

  it('others end, and the answer carries the token to go on with', async () => {
    const { access_token: token } = await jwt.signUp('bea')
    const other = await logIn('bea', jwt)

    const { result } = await revoke(token, { others: true }, jwt)

    expect(await infoOf(other, jwt)).toEqual({ reason: 'revoked' })
    expect(await codeOf(result.access_token!, jwt)).toBeUndefined()
  })

  it('the reasons of a log-out and a changed password are told', async () => {
    const { access_token: token } = await jwt.signUp('cat')
    const other = await logIn('cat', jwt)
    await jwt.call('auth:logout', {}, { token: other })
    const change = { old_password: testPassword, password: 'other words of cat' }
    await jwt.call('auth:password', change, { token })

    expect(await infoOf(other, jwt)).toEqual({ reason: 'loggedOut' })
    expect(await infoOf(token, jwt)).toEqual({ reason: 'passwordChanged' })
  })
})

async function logIn(username: string, at = server): Promise<string> {
  const body = { auth_data: { username }, password: testPassword }
  return (await at.call('auth:login', body)).result.access_token
}

async function list(token: string, at = server) {
  return (await at.call('auth:sessions', {}, { token })).result.sessions
}

function revoke(token: string, which: Record<string, unknown>, at = server) {
  return at.call('auth:sessions:revoke', which, { token })
}

async function codeOf(token: string, at = server) {
  return (await at.call('me', {}, { token })).error?.code
}

async function infoOf(token: string, at = server) {
  return (await at.call('me', {}, { token })).error?.info
}
