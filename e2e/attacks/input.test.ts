import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { ANY_CALL, type Caller, OWN_ID } from '../any-call.ts'
import { type HttpAnswer, type HttpRequest, sendRequest } from '../send-request.ts'
import { type AuthResult, authResultOf, call, errorOf, post, signUp } from '../wire.ts'

const MEGABYTE = 1_000_000

/** The second engine can differ in what it stores, which takes fewer to see. */
const RUNS = process.env['TEST_ENGINE'] === 'postgres' ? 300 : 1_000

let server: Awaited<ReturnType<typeof startTestServer>>
let user: AuthResult

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
  user = await signUp(server, { username: 'amy' })
})

afterAll(() => server.close())

describe('IN-01, IN-11: a body that is not a JSON object', () => {
  const BODIES: Record<string, string | Uint8Array> = {
    'cut short': '{"action":"me"',
    'plain text': 'hello',
    'single quotes': "{'action':'me'}",
    'a trailing comma': '{"action":"me",}',
    NaN: '{"action":NaN}',
    'an array': '[{"action":"me"}]',
    'a string': '"me"',
    'a number': '1',
    true: 'true',
    'text after it': '{"action":"me"} {"action":"me"}',
    'a byte order mark': '\ufeff{"action":"me"}',
    'a control character in a string': '{"action":"m\u0001e"}',
    'invalid UTF-8': Buffer.from('{"auth_data":{"username":"\xff\xfe"},"password":"x"}', 'latin1'),
    'UTF-16': Buffer.from('{"action":"me"}', 'utf16le'),
    'a form': 'action=me&api_key=1',
    gzip: Buffer.from('1f8b0800000000000003ab562a4a2d2ecd2951b252ca4d5500bfb1d0c60f000000', 'hex'),
  }

  it.each(Object.entries(BODIES))('is refused with BadRequest: %s', async (_, raw) => {
    for (const path of ['/auth/login', '/auth/signup', '/me', '/record/save', '/']) {
      const answer = await send({ path, raw })

      expectRefusal(answer, 'BadRequest')
      expect(answer.status).toBe(400)
    }
  })
})

describe('HT-01, PW-04: a body that is too large', () => {
  const TEN_MEGABYTES = `{"auth_data":{"username":"${'x'.repeat(10 * MEGABYTE)}"}}`

  it('is refused with 413', async () => {
    const answer = await send({ path: '/auth/login', raw: TEN_MEGABYTES })

    expect(answer.status).toBe(413)
    expectRefusal(answer, 'BadRequest')
  })

  it('is refused with 413 when it comes without its length', async () => {
    const headers = { 'Transfer-Encoding': 'chunked' }

    const answer = await send({ path: '/auth/login', raw: TEN_MEGABYTES, headers })

    expect(answer.status).toBe(413)
    expectRefusal(answer, 'BadRequest')
  })
})

describe('IN-07, PW-01: values of the wrong type', () => {
  const WRONG_STRINGS = [1, true, ['x'], { a: 'x' }, [], [[]]]
  const WRONG_OBJECTS = [1, true, 'x', ['x'], []]

  it.each(WRONG_STRINGS)('are refused for a password: %j', async (password) => {
    const authData = { username: 'amy' }

    expectRefusal(await call(server, 'auth:login', { auth_data: authData, password }))
    expectRefusal(await call(server, 'auth:signup', { auth_data: authData, password }))
    expectRefusal(await asUser('auth:password', { old_password: password, password: 'secret-2' }))
    expectRefusal(await asUser('auth:password', { old_password: 'secret-1', password }))
  })

  it.each(WRONG_STRINGS)('are refused for a login id: %j', async (username) => {
    const body = { auth_data: { username }, password: 'secret-1' }

    expectRefusal(await call(server, 'auth:login', body))
    expectRefusal(await call(server, 'auth:signup', body))
  })

  it.each(WRONG_OBJECTS)('are refused for auth_data and profile: %j', async (value) => {
    const authData = { username: 'types' }

    expectRefusal(await call(server, 'auth:login', { auth_data: value, password: 'x' }))
    expectRefusal(await call(server, 'auth:signup', { auth_data: value, password: 'secret-1' }))
    expectRefusal(
      await call(server, 'auth:signup', {
        auth_data: authData,
        password: 'secret-1',
        profile: value,
      }),
    )
  })

  it.each([1, true, 'x', {}, null])('are refused for a list of records: %j', async (records) => {
    expectRefusal(await asUser('record:save', { records }))
  })

  it.each([1, true, 'x', [], null, {}, { _id: 1 }, { _id: 'user' }, { _id: '/' }])(
    'are refused for a record: %j',
    async (record) => {
      const answer = await asUser('record:save', { records: [record], atomic: true })

      expectRefusal(answer)
    },
  )

  it.each([1, true, ['a'], { a: 1 }])('count as no key and no token: %j', async (value) => {
    const answer = await post(server, 'me', { api_key: value, access_token: value })

    expectRefusal(answer, 'NotAuthenticated')
  })
})

describe('IN-04, IN-05: names that JavaScript objects have already', () => {
  const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  it.each(NAMES)('are no key of auth_data: %s', async (name) => {
    const raw = `{"auth_data":{"${name}":"x"},"password":"secret-1"}`

    expectRefusal(await send({ path: '/auth/login', raw }), 'InvalidArgument')
    expectRefusal(await send({ path: '/auth/signup', raw }), 'InvalidArgument')
  })

  it.each(NAMES)('give no password and no token: %s', async (name) => {
    const inherited = '{"username":"amy","password":"secret-1","access_token":"x"}'
    const raw = `{"${name}":${inherited},"auth_data":{"username":"amy"}}`

    expectRefusal(await send({ path: '/auth/login', raw }), 'InvalidCredentials')
  })

  it.each(NAMES)('are no action: %s', async (name) => {
    expectRefusal(await send({ path: '/', raw: `{"action":"${name}"}` }), 'UndefinedOperation')
  })

  it.each(NAMES)('harm nothing in a profile: %s', async (name) => {
    const profile = `{"${name}":{"admin":true},"nickname":"x"}`
    const raw = `{"auth_data":{"username":"own.${name}"},"password":"secret-1","profile":${profile}}`

    const signedUp = await send({ path: '/auth/signup', raw })

    expect(signedUp.status).toBeLessThan(500)
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
    expect((await asUser('me', {})).status).toBe(200)
  })
})

describe('IN-16, ID-05, ID-09: text that is hard to store', () => {
  it.each(['nul\u0000', 'bell\u0007', 'delete\u007f', 'line\u0085'])(
    'is no login id when it has control characters: %j',
    async (username) => {
      await expectNoLoginId(JSON.stringify(username))
    },
  )

  it.each(['"\\ud800"', '"a\\udc00b"'])(
    'is no login id with half a character: %s',
    async (text) => {
      await expectNoLoginId(text)
    },
  )

  it('is no login id when it is over 255 bytes', async () => {
    await expectNoLoginId(JSON.stringify('é'.repeat(128)))
    await expectNoLoginId(JSON.stringify('x'.repeat(256)))
    await expectNoLoginId(JSON.stringify('x'.repeat(MEGABYTE)))
  })

  it('does no harm as a password of a megabyte', async () => {
    const password = 'x'.repeat(MEGABYTE)

    expectRefusal(await call(server, 'auth:login', { auth_data: { username: 'amy' }, password }))
  })

  it.each(['"\\u0000"', '"\\ud800"', JSON.stringify('x'.repeat(MEGABYTE))])(
    'does no harm in a profile (%#)',
    async (text) => {
      const answer = await send({ path: '/auth/signup', raw: `{"profile":{"text":${text}}}` })

      expect(answer.status).toBeLessThan(500)
    },
  )
})

describe('IN-10: JSON that is deeply nested', () => {
  it.each([100, 10_000, 200_000])('does no harm: %i levels', async (levels) => {
    const nested = '['.repeat(levels) + ']'.repeat(levels)

    const profile = await send({ path: '/auth/signup', raw: `{"profile":{"deep":${nested}}}` })
    const predicate = await send({
      path: '/record/query',
      raw: `{"record_type":"user","predicate":${'["not",'.repeat(levels)}[]${']'.repeat(levels)}}`,
    })

    expect(profile.status).toBeLessThan(500)
    expectRefusal(predicate)
  })
})

describe('IN-15, HT-04: headers', () => {
  it('sent twice are no valid key', async () => {
    const headers = { 'X-Skygear-API-Key': [server.apiKey, 'other'] }

    expectRefusal(await send({ path: '/auth/login', raw: '{}', headers }), 'AccessKeyNotAccepted')
  })

  it('sent twice are no valid token', async () => {
    const headers = { 'X-Skygear-Access-Token': [user.access_token, 'other'] }

    expectRefusal(await send({ path: '/me', raw: '{}', headers }), 'AccessTokenNotAccepted')
  })

  it('may hold a token of 8 kB, which is not accepted', async () => {
    const headers = { 'X-Skygear-Access-Token': 'x'.repeat(8_000) }

    expectRefusal(await send({ path: '/me', raw: '{}', headers }), 'AccessTokenNotAccepted')
  })

  it('are refused when they are too large', async () => {
    const headers = { 'X-Skygear-Access-Token': 'x'.repeat(100_000) }

    const answer = await send({ path: '/me', raw: '{}', headers })

    expect(answer.status).toBe(431)
  })
})

describe('IN-15: tokens that never were', () => {
  it.each(['', ' ', '\u0000', '../../etc/passwd', 'ünïcode', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'])(
    'are not accepted: %j',
    async (token) => {
      const answer = await call(server, 'me', { access_token: token })

      expectRefusal(answer, token === '' ? 'NotAuthenticated' : 'AccessTokenNotAccepted')
    },
  )

  it('are not accepted at a megabyte', async () => {
    const answer = await call(server, 'me', { access_token: 'x'.repeat(MEGABYTE) })

    expectRefusal(answer, 'AccessTokenNotAccepted')
  })
})

describe('IN-02, IN-03: members', () => {
  it('that shipped clients send beside what is asked for are no matter', async () => {
    const body = { page: 0, desired_keys: null, include: {}, _type: 'x', _recordType: 'user' }

    const answer = await asUser('record:query', { ...body, record_type: 'note' })

    expect(answer.status).toBe(200)
  })

  it('of one name count once, the last one, and so does an escaped spelling', async () => {
    const raw = `{"auth_data":{"username":"amy"},"password":"x","\\u0070assword":"secret-1"}`
    const reversed = raw.replace('"x"', '"secret-1"').replace(/"secret-1"}$/, '"x"}')

    expect((await send({ path: '/auth/login', raw })).status).toBe(200)
    expectRefusal(await send({ path: '/auth/login', raw: reversed }), 'InvalidCredentials')
  })
})

describe('IN-08: a literal of a type that there is not', () => {
  const LITERALS: unknown[] = [
    { $type: 'unknown' },
    { $type: '__proto__' },
    { $type: { $type: 'date' } },
    { $type: 'date', $date: '9999999-99-99' },
    { $type: 'date', $date: 5 },
    { $type: 'geo', $lat: 'NaN', $lng: 0 },
    { $type: 'geo', $lat: 91, $lng: 181 },
    { $type: 'ref', $id: 'nothing' },
    { $type: 'ref', $id: { a: 1 } },
    { $type: 'keypath', $val: '_auth' },
  ]

  it.each(LITERALS)('is refused or kept as plain data: %j', async (literal) => {
    const records = [{ _id: 'literal/x', value: literal }]
    const saved = await asUser('record:save', { records, atomic: true })

    expect(saved.status).toBeLessThan(500)
    const predicate = ['eq', { $type: 'keypath', $val: '_id' }, literal]
    const found = await asUser('record:query', { record_type: 'user', predicate })
    expect(found.status).toBeLessThan(500)
    expect(JSON.stringify(found.body)).not.toContain('amy')
  })
})

describe('IN-09: very much at once', () => {
  it('is refused, or done, in moments', async () => {
    const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]))
    const entries = Array.from({ length: 5_000 }, (_, i) => ({ user_id: `${i}`, level: 'read' }))

    const authData = await call(server, 'auth:login', { auth_data: keys, password: 'secret-1' })
    const access = await asUser('record:save', { records: [{ _id: 'big/1', _access: entries }] })

    expectRefusal(authData, 'InvalidArgument')
    expect(access.status).toBe(200)
  })
})

describe('IN-12: a path', () => {
  it.each(['/..%2fme', '/%2e%2e/me', '/me%00', '/auth%252Flogout', '/;/me', '/\\\\me', '/me;x=1'])(
    'is decoded once, and leads to no action by a detour: %s',
    async (path) => {
      const headers = { 'X-Skygear-Access-Token': user.access_token }
      const answer = await send({ path, headers, raw: '{}' })

      expect(answer.status).toBeLessThan(500)
      expect(JSON.stringify(answer.body)).not.toContain(user.user_id)
    },
  )
})

describe('IN-14: numbers', () => {
  const NUMBERS = ['-1', '1.5', '1e15', '9007199254740993', '"10"', '1e400', '[1]', 'true']

  it.each(NUMBERS)(
    'of records and where to begin are whole and not below zero: %s',
    async (text) => {
      for (const name of ['limit', 'offset']) {
        const headers = { 'X-Skygear-Access-Token': user.access_token }
        const raw = `{"record_type":"note","${name}":${text}}`
        const answer = await send({ path: '/record/query', headers, raw })

        expect(answer.status).toBeLessThan(500)
        expect((answer.body as { result?: unknown[] }).result ?? []).toEqual([])
      }
    },
  )
})

describe('IN-17: long texts of one letter', () => {
  it.each(['a', '@', '.', ' ', '/', '-', '%'])('cost no more than others: %s', async (letter) => {
    const text = `${letter.repeat(60_000)}!`
    const header = letter.repeat(6_000)
    const headers = {
      ...{ 'X-Skygear-API-Key': server.apiKey, 'User-Agent': header, Accept: header },
    }
    const raw = JSON.stringify({ auth_data: { username: text, email: text }, password: text })

    expectRefusal(await send({ path: '/auth/login', headers, raw }))
    expectRefusal(await call(server, 'user:forgot-password', { args: { email: text } }))
    const predicate = ['like', { $type: 'keypath', $val: 'username' }, `%${text}%`]
    const found = await asUser('record:query', { record_type: 'user', predicate })
    expect(found.status).toBeLessThan(500)
  })
})

describe('any JSON at all', () => {
  let token: string

  beforeAll(async () => {
    token = await anonymousToken()
  })

  it('never makes an action fail', async () => {
    const property = fc.asyncProperty(ANY_CALL, async ({ action, caller, members }) => {
      const answer = await send({
        path: `/${action.replaceAll(':', '/')}`,
        raw: JSON.stringify(members).replaceAll(OWN_ID, user.user_id),
        headers: headersOf(caller),
      })
      if (action === 'auth:logout' && caller === 'user') token = await anonymousToken()

      expect(JSON.stringify(answer.body)).not.toContain('UnexpectedError')
      if (answer.status === 501) expect(errorOf(answer)).toMatchObject({ name: 'NotSupported' })
      // This server sends no mails.
      else if (answer.status === 503)
        expect(errorOf(answer)).toMatchObject({ name: 'NotConfigured' })
      else if (answer.status !== 200) expectRefusal(answer)
    })

    await fc.assert(property, { numRuns: RUNS })
  }, 120_000)

  async function anonymousToken(): Promise<string> {
    return authResultOf(await call(server, 'auth:signup')).access_token
  }

  function headersOf(caller: Caller): Record<string, string> {
    if (caller === 'nobody') return {}
    if (caller === 'user') return { 'X-Skygear-Access-Token': token }
    return { 'X-Skygear-API-Key': caller === 'key' ? server.apiKey : server.masterKey }
  }
})

function send({ headers, ...request }: Partial<HttpRequest> & { path: string }) {
  const withKey = { 'X-Skygear-API-Key': server.apiKey }
  return sendRequest(server.url, { method: 'POST', headers: headers ?? withKey, ...request })
}

function asUser(action: string, body: Record<string, unknown>): Promise<HttpAnswer> {
  return post(server, action, { access_token: user.access_token, ...body })
}

/** @param username - as JSON text, which can hold what a JavaScript value loses */
async function expectNoLoginId(username: string): Promise<void> {
  const raw = `{"auth_data":{"username":${username}},"password":"secret-1"}`
  expectRefusal(await send({ path: '/auth/signup', raw }), 'InvalidArgument')
  expectRefusal(await send({ path: '/auth/login', raw }))
  const record = `{"_id":"user/${user.user_id}","username":${username}}`
  const saved = await send({
    path: '/record/save',
    headers: { 'X-Skygear-Access-Token': user.access_token },
    raw: `{"records":[${record}]}`,
  })
  expect(JSON.stringify(saved.body)).toMatch(/"InvalidArgument"/)
}

/** A refusal is the caller's fault, says so in JSON, and shows nothing of the server's inside. */
function expectRefusal(answer: HttpAnswer, name?: string): void {
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  expect(errorOf(answer)).toEqual({
    name: name ?? expect.any(String),
    code: expect.any(Number),
    message: expect.any(String),
    ...(errorOf(answer)?.info && { info: expect.any(Object) }),
  })
  expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.[jt]s:\d+|sqlite|\bat \w+ \(/i)
}
