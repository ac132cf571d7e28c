import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../packages/server/src/testing/raw-http.ts'
import { outcomeOf, startTarget, type Target } from './target.ts'

let target: Target
let token: string

beforeAll(async () => {
  target = await startTarget()
  token = (await target.signUp('amy')).access_token
})
afterAll(() => target.end())

const BODY = '{}'
const HEAD = 'Host: x\r\nConnection: close\r\n'
const LENGTH = `Content-Length: ${BODY.length}\r\n`

/** Requests of which two readers in a row could make different things. */
const AMBIGUOUS: Record<string, string> = {
  'a length and chunks': `${HEAD}${LENGTH}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'two lengths': `${HEAD}Content-Length: 2\r\nContent-Length: 5\r\n\r\n${BODY}abc`,
  'a length with a sign': `${HEAD}Content-Length: +2\r\n\r\n${BODY}`,
  'a length that is none': `${HEAD}Content-Length: 0x2\r\n\r\n${BODY}`,
  'another coding beside chunks': `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
  'a coding that nobody knows': `${HEAD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  'a space before the colon': `${HEAD}Content-Length : 2\r\n\r\n${BODY}`,
  'a header over two lines': `${HEAD}X-A: b\r\n c: d\r\n${LENGTH}\r\n${BODY}`.replace(
    '\r\n c',
    '\n c',
  ),
  'a line end without a carriage return': `Host: x\nConnection: close\n\n`,
  'a NUL in a header': `${HEAD}X-A: a\u0000b\r\n\r\n`,
  'a chunk of no size': `${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
}

describe('HT-08: a request of two meanings', () => {
  it.each(Object.entries(AMBIGUOUS))('is refused: %s', async (_, rest) => {
    const answer = await sendRaw(target.url, `POST /auth/logout HTTP/1.1\r\n${rest}`)

    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  })
})

const ODD: Record<string, string> = {
  'HTTP/1.0': 'POST /me HTTP/1.0\r\n\r\n',
  'without a host': 'POST /me HTTP/1.1\r\nConnection: close\r\n\r\n',
  'two hosts': 'POST /me HTTP/1.1\r\nHost: a\r\nHost: evil\r\nConnection: close\r\n\r\n',
  'another site in the address': `POST http://evil.example/me HTTP/1.1\r\n${HEAD}\r\n`,
  CONNECT: `CONNECT evil.example:443 HTTP/1.1\r\n${HEAD}\r\n`,
  'a method that is none': `FOO /me HTTP/1.1\r\n${HEAD}\r\n`,
  TRACE: `TRACE /me HTTP/1.1\r\n${HEAD}X-Skygear-Access-Token: s3cret-token\r\n\r\n`,
  'an offer of more trailers': `POST /me HTTP/1.1\r\n${HEAD}TE: trailers\r\nTrailer: X\r\n\r\n`,
  'another protocol': `GET /me HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
}

describe('HT-07, HT-09, HT-11: an odd request', () => {
  it.each(Object.entries(ODD))('does no harm and shows nothing: %s', async (_, request) => {
    const answer = await sendRaw(target.url, request)

    // Node ends CONNECT and methods that it does not know by closing the connection.
    if (answer !== '') expect(answer).toMatch(/^HTTP\/1\.1 (200|4\d\d) /)
    expect(answer).not.toMatch(/s3cret-token|evil|\bat \w+ \(/)
    expect(outcomeOf(await target.call('me', {}, { token }))).toBe('OK')
  })
})

it('HT-02: a body that is packed is not unpacked', async () => {
  const headers = { 'Content-Encoding': 'gzip', 'X-Skygear-API-Key': target.apiKey }
  const raw = Buffer.from('1f8b08000000000000ff4bcc4d8c4f4e2c4e05000a2c', 'hex')

  expect(outcomeOf(await target.send({ path: '/auth/login', headers, raw }))).toBe('BadRequest')
})

it.each([
  ['a header of 17 kB', { 'X-Long': 'x'.repeat(17_000) }, '/me', 431],
  ['two thousand headers', manyHeaders(2_001), '/me', 431],
])('HT-04: %s is refused', async (_, headers, path, status) => {
  const answer = await target.send({ path, headers })

  expect([status, 400]).toContain(answer.status)
})

it('HT-05: a thousand requests at once on one connection are all answered', async () => {
  const one = `POST /auth/logout HTTP/1.1\r\nHost: x\r\nX-Skygear-API-Key: ${target.apiKey}\r\n\r\n`
  const last = one.replace('Host: x', 'Host: x\r\nConnection: close')

  const answer = await sendRaw(target.url, one.repeat(999) + last)

  expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(1_000)
})

const DETOURS = ['//auth/login', '/auth/login/', '/AUTH/LOGIN', '/x/../auth/login', '/auth/login/.']

it.each(DETOURS)('HT-10: no action is reached by a detour: %s', async (path) => {
  const answer = await target.send({
    path,
    body: { auth_data: { username: 'amy' }, password: 'x' },
  })

  expect([200, 301, 404]).toContain(answer.status)
  expect(JSON.stringify(answer.body)).not.toContain('InvalidCredentials')
})

it('HT-06: the action in the path counts, not the one in the body', async () => {
  const body = { action: 'me', access_token: token }

  const answer = await target.send({ path: '/auth/logout', body: { ...body, access_token: 'x' } })

  expect(outcomeOf(answer)).toBe('AccessTokenNotAccepted')
})

it.each(['a\r\nX-Evil: 1', 'a\nX-Evil: 1', '\u0000'])(
  'HT-15: nothing that is sent becomes a header: %j',
  async (text) => {
    const path = `//me${encodeURIComponent(text)}`
    const answer = await target.send({ path })

    expect(answer.headers).not.toHaveProperty('x-evil')
    expect(answer.headers['x-skygear-request-id']).toMatch(/^[\da-f-]{36}$/)
  },
)

it('HT-15: the request id is the server’s own', async () => {
  const headers = { 'X-Skygear-Request-Id': 'chosen', 'X-Request-Id': 'chosen' }
  const answer = await target.send({ path: '/me', headers })

  expect(answer.headers['x-skygear-request-id']).not.toBe('chosen')
})

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, 'x']))
}
