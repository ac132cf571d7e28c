import { createSecretKey, randomUUID } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

const secret = 'a secret of the tests for signing'
const newPassword = 'staple in the barn'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    TOKEN_STORE: 'jwt',
    TOKEN_STORE_SECRET: secret,
    APP_NAME: 'test_app',
  })
})

afterAll(() => server.close())

describe('a JWT token', () => {
  it('is signed with HS256 and names the user, the app and the time', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('amy')

    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(decodeJwt(token)).toMatchObject({
      sub: userId,
      iss: 'test_app',
      jti: expect.any(String),
      iat: expect.any(Number),
    })
  })

  it('tells nothing of the user but the id', async () => {
    const { access_token: token } = await server.signUp('bea')

    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['iat', 'iss', 'jti', 'sub', 'ver'])
  })

  it('is accepted', async () => {
    const { access_token: token } = await server.signUp('cat')

    expect((await me(token)).status).toBe(200)
  })

  it('is renewed by me, and the old one stays good', async () => {
    const { access_token: token } = await server.signUp('dan')

    const { result } = await me(token)

    expect(result.access_token).not.toBe(token)
    expect((await me(result.access_token)).status).toBe(200)
    expect((await me(token)).status).toBe(200)
  })

  it('ends with the log-out, at once and in every server on the database', async () => {
    const other = await startTestServer({
      TOKEN_STORE: 'jwt',
      TOKEN_STORE_SECRET: secret,
      DATA_DIR: server.dataDirectory,
    })
    onTestFinished(other.close)
    const { access_token: token } = await server.signUp('eve')
    expect((await other.call('me', {}, { token })).status).toBe(200)

    await server.call('auth:logout', {}, { token })

    expect((await me(token)).error?.code).toBe(104)
    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('stays logged out when it is logged out twice', async () => {
    const { access_token: token } = await server.signUp('fay')
    await server.call('auth:logout', {}, { token })

    const answer = await server.call('auth:logout', {}, { token })

    expect(answer.error?.code).toBe(104)
  })

  it('is nowhere in the database after the log-out', async () => {
    const { access_token: token } = await server.signUp('gus')

    await server.call('auth:logout', {}, { token })

    const rows = await server.sql<{ token_hash: string }>('select token_hash from revoked_token')
    expect(rows.some((row) => row.token_hash === token)).toBe(false)
    expect(rows).not.toEqual([])
  })

  it('is not accepted by a server with another secret', async () => {
    const other = await startTestServer({
      TOKEN_STORE: 'jwt',
      TOKEN_STORE_SECRET: 'another secret',
      DATA_DIR: server.dataDirectory,
    })
    onTestFinished(other.close)
    const { access_token: token } = await server.signUp('hal')

    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('is not signed with the master key', async () => {
    const { user_id: userId } = await server.signUp('ida')
    const forged = await sign({ sub: userId, ver: 0 }, { secret: server.masterKey })

    expect((await me(forged)).error?.code).toBe(104)
  })

  it('works with a short secret of an existing deployment', async () => {
    const other = await startTestServer({ TOKEN_STORE: 'jwt', TOKEN_STORE_SECRET: 's3' })
    onTestFinished(other.close)

    const { access_token: token } = await other.signUp('amy')

    expect((await other.call('me', {}, { token })).status).toBe(200)
  })

  it('is not accepted when it was tampered with', async () => {
    const { access_token: token } = await server.signUp('jay')
    const { user_id: victimId } = await server.signUp('victim')
    const [header, , signature] = token.split('.')
    const claims = { ...decodeJwt(token), sub: victimId }
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')

    expect((await me(`${header}.${payload}.${signature}`)).error?.code).toBe(104)
  })

  it('is not accepted without a signature', async () => {
    const { user_id: userId } = await server.signUp('kim')
    const parts = [{ alg: 'none' }, { sub: userId, ver: 0, iat: nowInSeconds() }]
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))

    expect((await me(`${text.join('.')}.`)).error?.code).toBe(104)
  })

  it('is not accepted for a user who does not exist', async () => {
    expect((await me(await sign({ sub: randomUUID() }))).error?.code).toBe(104)
  })

  it('is not accepted without a user', async () => {
    expect((await me(await sign({}))).error?.code).toBe(104)
  })

  it('is not accepted before its time', async () => {
    const { user_id: userId } = await server.signUp('lee')
    const issuedLater = await sign({ sub: userId, ver: 0, iat: nowInSeconds() + 3_600 })
    const validLater = await sign({ sub: userId, ver: 0, nbf: nowInSeconds() + 3_600 })

    expect((await me(issuedLater)).error?.code).toBe(104)
    expect((await me(validLater)).error?.code).toBe(104)
  })

  it.each(['', 'a.b.c', '..', 'x'.repeat(5_000)])('is not accepted as %j', async (text) => {
    const { status } = await server.call('me', {}, { token: text })

    expect(status).toBe(401)
  })
})

describe('a password change with JWT tokens', () => {
  it("ends all of the user's tokens, the caller's too, and answers a new one", async () => {
    const { access_token: token } = await server.signUp('mia')
    const other = (await logIn('mia', testPassword)).result.access_token

    const { result } = await changePassword(token)

    expect((await me(token)).error?.code).toBe(104)
    expect((await me(other)).error?.code).toBe(104)
    expect((await me(result.access_token)).status).toBe(200)
  })

  it('ends tokens of the same second', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { access_token: token } = await server.signUp('ned')

    const { result } = await changePassword(token)

    expect(decodeJwt(result.access_token).iat).toBe(decodeJwt(token).iat)
    expect((await me(token)).error?.code).toBe(104)
    expect((await me(result.access_token)).status).toBe(200)
  })

  it('ends tokens whose second of issue is that of the change, or later', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('ola')
    const { result } = await changePassword(token)

    const stale = await sign({ sub: userId, ver: 0, iat: decodeJwt(result.access_token).iat! })

    expect((await me(stale)).error?.code).toBe(104)
  })

  it('ends tokens in every server on the database from the next request on', async () => {
    const other = await startTestServer({
      TOKEN_STORE: 'jwt',
      TOKEN_STORE_SECRET: secret,
      DATA_DIR: server.dataDirectory,
    })
    onTestFinished(other.close)
    const { access_token: token } = await server.signUp('pat')
    expect((await other.call('me', {}, { token })).status).toBe(200)

    await changePassword(token)

    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('leaves the tokens of other users', async () => {
    const { access_token: token } = await server.signUp('quin')
    const { access_token: stranger } = await server.signUp('ron')

    await changePassword(token)

    expect((await me(stranger)).status).toBe(200)
  })

  it('leaves an old token as good as none where no user is needed', async () => {
    const { access_token: token } = await server.signUp('sam')
    await changePassword(token)

    const answer = await server.call('record:query', { record_type: 'note' }, { token })

    expect(answer.result).toEqual([])
  })

  it('does not touch users without a password', async () => {
    const { result } = await server.call('auth:signup')

    expect((await me(result.access_token)).status).toBe(200)
  })
})

describe('a token of the original server', () => {
  it.each(['HS256', 'HS384', 'HS512'])('is accepted when it is signed with %s', async (alg) => {
    const { user_id: userId } = await server.signUp(`tom-${alg}`)

    const token = await sign({ sub: userId, iss: 'other_app', jti: randomUUID() }, { alg })

    expect((await me(token)).status).toBe(200)
  })

  it('is accepted when it was issued in the second of the imported password', async () => {
    const { user_id: userId } = await server.signUp('uma')
    await passwordChangedAt(userId, 1_700_000_000_900)

    expect((await me(await sign({ sub: userId, iat: 1_700_000_000 }))).status).toBe(200)
  })

  it('is not accepted when it was issued before the imported password', async () => {
    const { user_id: userId } = await server.signUp('vic')
    await passwordChangedAt(userId, 1_700_000_000_900)

    expect((await me(await sign({ sub: userId, iat: 1_699_999_999 }))).error?.code).toBe(104)
  })

  it('is not accepted after a password change in the second of its issue', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('wes')
    await changePassword(token)
    await passwordChangedAt(userId, 1_700_000_000_900)

    expect((await me(await sign({ sub: userId, iat: 1_700_000_000 }))).error?.code).toBe(104)
  })

  it('is accepted of a user without a password, whenever it was issued', async () => {
    const { result } = await server.call('auth:signup')

    const answer = await me(await sign({ sub: result.user_id, iat: 1_500_000_000 }))

    expect(answer.result.user_id).toBe(result.user_id)
  })

  it('is not accepted after it has expired', async () => {
    const { user_id: userId } = await server.signUp('xia')

    const expired = await sign({ sub: userId, exp: nowInSeconds() - 1 })

    expect((await me(expired)).error?.code).toBe(104)
  })

  it('can be logged out', async () => {
    const { user_id: userId } = await server.signUp('yan')
    const token = await sign({ sub: userId })

    await server.call('auth:logout', {}, { token })

    expect((await me(token)).error?.code).toBe(104)
  })
})

function me(token: string) {
  return server.call('me', {}, { token })
}

function logIn(username: string, password: string) {
  return server.call('auth:login', { auth_data: { username }, password })
}

function changePassword(token: string) {
  const body = { old_password: testPassword, password: newPassword }
  return server.call('auth:password', body, { token })
}

async function passwordChangedAt(userId: string, time: number): Promise<void> {
  await server.sql('update account set password_changed_at = ? where id = ?', time, userId)
}

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1_000)
}

function sign(
  claims: JWTPayload & { ver?: number },
  { alg = 'HS256', secret: key = secret }: { alg?: string; secret?: string } = {},
): Promise<string> {
  return new SignJWT({ iat: nowInSeconds(), ...claims })
    .setProtectedHeader({ alg, typ: 'JWT' })
    .sign(createSecretKey(Buffer.from(key)))
}
