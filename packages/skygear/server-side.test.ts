import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer } from '../server/src/testing/test-server.ts'
import { createClient } from './src/auth-only.ts'
import {
  createVerifier,
  expressUser,
  fastifyUser,
  readToken,
  type TokenSource,
  type Verify,
  verifyJwt,
} from './src/server.ts'
import { answerJSON, startMisbehavingServer } from './src/testing/misbehaving-server.ts'

const SECRET = 'a secret that signs the tokens of this test'

let server: TestServer
let token: string
let userId: string
let verify: Verify

beforeAll(async () => {
  server = await startTestServer({
    RATE_LIMIT: 'off',
    TOKEN_STORE: 'jwt',
    TOKEN_STORE_SECRET: SECRET,
    TOKEN_STORE_EXPIRY: '3600',
  })
  const amy = await logIn('signupWithUsername')
  token = amy.accessToken!
  userId = amy.currentUser!._id
  verify = createVerifier({ endPoint: server.url, apiKey: server.apiKey })
})
afterAll(() => server.close())

async function logIn(how: 'signupWithUsername' | 'loginWithUsername') {
  const client = createClient()
  await client.config({ endPoint: server.url, apiKey: server.apiKey })
  await client.auth[how]('amy', 'correct horse')
  return client.auth
}

describe('createVerifier', () => {
  it('gives the user of a token, wherever a framework keeps the headers', async () => {
    const names = { 'x-skygear-access-token': token }
    const requests: TokenSource[] = [
      token,
      new Headers(names),
      new Request('https://example.com', { headers: names }),
      new Request('https://example.com', { headers: { Authorization: `Bearer ${token}` } }),
      { headers: names },
      { headers: { authorization: `bearer ${token}` } },
    ]

    for (const request of requests) {
      expect(await verify(request)).toMatchObject({ _id: userId, username: 'amy' })
    }
  })

  it.each([
    ['no request', null],
    ['no token', { headers: {} }],
    ['an empty token', ''],
    ['an unknown token', 'unknown'],
    ['what cannot be a token', '日本語'],
    ['what would be two headers', 'a\r\nX-Skygear-API-Key: b'],
    ['two tokens', { headers: { 'x-skygear-access-token': ['a', 'b'] } }],
    ['another kind of authorization', { headers: { authorization: 'Basic YTpi' } }],
  ])('gives null for %s', async (_, request) => {
    expect(await verify(request)).toBeNull()
  })

  it('gives null from the next request on after a log-out', async () => {
    const auth = await logIn('loginWithUsername')
    const { accessToken } = auth
    expect(await verify(accessToken)).not.toBeNull()

    await auth.logout()

    expect(await verify(accessToken)).toBeNull()
  })

  it('gives null while the user is disabled', async () => {
    const auth = await logIn('loginWithUsername')
    const setDisabled = (disabled: boolean) =>
      server.call('auth:disable:set', { auth_id: userId, disabled }, { key: server.masterKey })

    await setDisabled(true)
    expect(await verify(auth.accessToken)).toBeNull()

    await setDisabled(false)
    expect(await verify(auth.accessToken)).not.toBeNull()
  })

  it.each([
    ['who is not verified yet, where users must be', { VERIFY_REQUIRED: 'true' }],
    ['whose password has expired', { USER_AUDIT_PW_EXPIRY_DAYS: '30' }],
  ])('gives null for a user %s', async (_, settings) => {
    const strict = await startTestServer(settings)
    onTestFinished(strict.close)
    const ask = createVerifier({ endPoint: strict.url, apiKey: strict.apiKey })
    const { access_token } = await strict.signUp('amy')
    await strict.sql('update account set password_changed_at = 0')

    expect(await ask(access_token)).toBeNull()
  })

  it.each([
    [undefined, 'K', 'endPoint'],
    ['http://127.0.0.1:9', undefined, 'ApiKey'],
  ])('can be made before its settings are there: %s, %s', async (endPoint, apiKey, missing) => {
    const unready = createVerifier({ endPoint: endPoint!, apiKey: apiKey! })

    await expect(unready(token)).rejects.toThrow(`Please config ${missing}`)
  })

  it.each([
    ['the server is not there', 'http://127.0.0.1:9', 'K', { name: 'NetworkError' }],
    ['the API key is wrong', () => server.url, 'wrong', { name: 'AccessKeyNotAccepted' }],
  ])('rejects when %s, instead of calling it nobody', async (_, endPoint, apiKey, error) => {
    const url = typeof endPoint === 'string' ? endPoint : endPoint()
    const cannot = createVerifier({ endPoint: url, apiKey })

    await expect(cannot(token)).rejects.toMatchObject(error)
  })

  it('rejects when something else answers, or not in time', async () => {
    const stranger = await startMisbehavingServer((response, { headers }) => {
      if (headers['x-skygear-access-token'] === 'quick') {
        answerJSON(response, 200, { result: { profile: { _id: 'note/1' } } })
      }
    })
    const from = { endPoint: stranger.url, apiKey: 'K' }

    const answered = createVerifier(from)('quick')
    await expect(answered).rejects.toMatchObject({ name: 'UnexpectedAnswer' })
    await expect(createVerifier({ ...from, timeoutMs: 50 })('slow')).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await stranger.close()
  })
})

describe('expressUser', () => {
  it('sets the user of a request, or passes on that it could not be found out', async () => {
    const lost = createVerifier({ endPoint: 'http://127.0.0.1:9', apiKey: 'K' })
    const app = createServer((request, response) => {
      const middleware = expressUser(request.url === '/lost' ? lost : verify)
      middleware(request, response, (error) => {
        const { user } = request as { user?: { username?: string } | null }
        answerJSON(response, (error as { status?: number })?.status ?? 200, user ?? null)
      })
    })
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
    const get = async (path: string, headers = {}) => {
      const response = await fetch(url + path, { headers })
      return [response.status, (await response.json())?.username]
    }

    expect(await get('/', { Authorization: `Bearer ${token}` })).toEqual([200, 'amy'])
    expect(await get('/')).toEqual([200, undefined])
    expect(await get('/lost', { Authorization: `Bearer ${token}` })).toEqual([503, undefined])

    await new Promise((resolve) => app.close(resolve))
  })
})

describe('fastifyUser', () => {
  it('sets the user of a request, or rejects when it could not be found out', async () => {
    const lost = createVerifier({ endPoint: 'http://127.0.0.1:9', apiKey: 'K' })
    const request = { headers: { 'x-skygear-access-token': token } }

    await fastifyUser(verify)(request)

    expect(request).toMatchObject({ user: { username: 'amy' } })
    await expect(fastifyUser(lost)(request)).rejects.toMatchObject({ statusCode: 503 })
  })
})

describe('verifyJwt', () => {
  it('reads a token of the server', async () => {
    const claims = await verifyJwt(token, { tokenSecret: SECRET })

    expect(claims).toMatchObject({ userId })
    expect(claims!.expiresAt! - claims!.issuedAt!).toBe(3600)
  })

  it('gives null from the moment of its expiry on', async () => {
    const { expiresAt } = (await verifyJwt(token, { tokenSecret: SECRET }))!
    const at = (seconds: number) =>
      verifyJwt(token, { tokenSecret: SECRET, now: new Date(seconds * 1000) })

    expect(await at(expiresAt! - 1)).not.toBeNull()
    expect(await at(expiresAt!)).toBeNull()
  })

  it('gives null for any token that the secret has not signed', async () => {
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const unsigned = encode({ alg: 'none' })
    const forged = encode({ sub: 'admin' })
    const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    const tokens = [
      '',
      'a.b.c',
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${changed}`,
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}.${signature}.`,
      `${header}.${forged}.${signature}`,
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.${signature}`,
      `${encode({ alg: 'HS512' })}.${payload}.${signature}`,
    ]

    for (const one of tokens) expect(await verifyJwt(one, { tokenSecret: SECRET })).toBeNull()
    expect(await verifyJwt(token, { tokenSecret: `${SECRET}!` })).toBeNull()
    expect(await verifyJwt(token, { tokenSecret: '' })).toBeNull()
  })
})

describe('readToken', () => {
  it('takes the header of the SDK before any other', () => {
    const headers = { 'x-skygear-access-token': 'A', authorization: 'Bearer B' }

    expect(readToken({ headers })).toBe('A')
  })
})
