import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../packages/server/src/testing/test-server.ts'
import type { HttpAnswer } from './send-request.ts'
import { type AuthResult, authResultOf, call, errorOf, post, recordsOf, signUp } from './wire.ts'

/** What the date parsers of the iOS and Android SDKs read: up to microseconds, in UTC. */
const MOBILE_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/

const IOS_HEADERS = {
  Accept: 'application/json',
  'Content-Type': 'application/json',
  'X-Skygear-SDK-Version': 'skygear-SDK-iOS/1.7.1',
}

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
})

afterAll(() => server.close())

describe('iOS SDK', () => {
  it('signs up and logs in with the key in the body only', async () => {
    const signUpBody = {
      api_key: server.apiKey,
      auth_data: { username: 'ios.amy' },
      password: 'secret-1',
    }

    const signedUp = await ios('auth:signup', signUpBody)
    const loggedIn = await ios('auth:login', signUpBody)

    expectAuthResult(signedUp)
    expectAuthResult(loggedIn)
    expect(authResultOf(loggedIn).user_id).toBe(authResultOf(signedUp).user_id)
  })

  it('signs up anonymously with no members at all', async () => {
    const signedUp = await ios('auth:signup', { api_key: server.apiKey })

    expectAuthResult(signedUp)
  })

  it('asks who it is with a token in the body and no key', async () => {
    const user = await signUp(server, { username: 'ios.bob' })

    const me = await ios('me', { access_token: user.access_token })

    expectAuthResult(me)
    expect(authResultOf(me).user_id).toBe(user.user_id)
  })

  it('changes the password with a token and no key', async () => {
    const user = await signUp(server, { username: 'ios.cat' })

    const changed = await ios('auth:password', {
      access_token: user.access_token,
      old_password: 'secret-1',
      password: 'secret-2',
    })

    expectAuthResult(changed)
  })

  it('logs out with a token and no key', async () => {
    const user = await signUp(server, { username: 'ios.dan' })

    const loggedOut = await ios('auth:logout', { access_token: user.access_token })
    const me = await ios('me', { access_token: user.access_token })

    expect(loggedOut).toMatchObject({ status: 200, body: { result: { status: 'OK' } } })
    expect(errorOf(me)).toMatchObject({ code: 104, name: 'AccessTokenNotAccepted' })
  })

  it('saves its user with a token and no key', async () => {
    const user = await signUp(server, { username: 'ios.eve' })

    const saved = await ios('record:save', {
      access_token: user.access_token,
      database_id: '_public',
      records: [
        {
          _id: `user/${user.user_id}`,
          _type: 'record',
          _recordType: 'user',
          _recordID: user.user_id,
          _access: null,
          username: 'ios.eva',
          born: { $type: 'date', $date: '1990-05-01T10:20:30.123456Z' },
        },
      ],
    })

    expect(saved.status).toBe(200)
    expect(recordsOf(saved)).toMatchObject([
      {
        _id: `user/${user.user_id}`,
        _type: 'record',
        username: 'ios.eva',
        born: { $type: 'date', $date: '1990-05-01T10:20:30.123456Z' },
      },
    ])
  })

  it('gets the error of a record with its id, inside an answer of status 200', async () => {
    await signUp(server, { username: 'ios.taken' })
    const user = await signUp(server, { username: 'ios.fay' })

    const saved = await ios('record:save', {
      access_token: user.access_token,
      database_id: '_public',
      records: [{ _id: `user/${user.user_id}`, _type: 'record', username: 'ios.TAKEN' }],
    })

    expect(saved.status).toBe(200)
    expect(recordsOf(saved)).toMatchObject([
      { _id: `user/${user.user_id}`, _type: 'error', name: 'Duplicated', code: 109 },
    ])
  })

  it('may send the records beside the ids when it deletes', async () => {
    const user = await signUp(server, { username: 'ios.gus' })

    const deleted = await ios('record:delete', {
      access_token: user.access_token,
      database_id: '_public',
      ids: [`user/${user.user_id}`],
      records: [{ _recordType: 'user', _recordID: user.user_id }],
    })

    expect(recordsOf(deleted)).toMatchObject([{ _type: 'error', code: 102 }])
  })

  it('gets errors as objects whose info is an object or absent', async () => {
    const refusals = [
      await ios('auth:login', { api_key: server.apiKey }),
      await ios('auth:login', { api_key: 'wrong', auth_data: { username: 'x' }, password: 'y' }),
      await ios('me', { access_token: 'dead' }),
      await ios('no:such', { api_key: server.apiKey }),
    ]

    for (const refusal of refusals) {
      const { info, ...error } = errorOf(refusal)!
      expect(refusal.status).toBeGreaterThanOrEqual(400)
      expect(error).toEqual({
        name: expect.any(String),
        code: expect.any(Number),
        message: expect.any(String),
      })
      expect(info === undefined || isPlainObject(info)).toBe(true)
    }
  })
})

describe('Android SDK', () => {
  it('sends key and token in headers and body', async () => {
    const user = await signUp(server, { username: 'android.amy' })

    const me = await android('me', user, {})

    expectAuthResult(me)
    expect(authResultOf(me).user_id).toBe(user.user_id)
  })

  it('saves its whole user record, atomically, as it got it', async () => {
    await signUp(server, { username: 'android.bob', email: 'android.bob@example.com' })
    const user = await logIn('android.bob')

    const saved = await android('record:save', user, {
      database_id: '_public',
      atomic: true,
      records: [asAndroidSends(user, { nickname: 'Bob' })],
    })
    const again = await logIn('android.bob')

    expect(saved.status).toBe(200)
    expect(recordsOf(saved)).toHaveLength(1)
    expectUserRecord(recordsOf(saved)[0]!, user.user_id)
    expect(recordsOf(saved)[0]).toMatchObject({ username: 'android.bob', nickname: 'Bob' })
    expect(again.profile).toMatchObject({ email: 'android.bob@example.com', nickname: 'Bob' })
  })

  it('does not change the time of the last log-in by sending it rounded', async () => {
    await signUp(server, { username: 'android.cat' })
    const user = await logIn('android.cat')

    await android('record:save', user, {
      database_id: '_public',
      atomic: true,
      records: [asAndroidSends(user, {})],
    })
    const me = await android('me', user, {})

    const { last_login_at: lastLoginAt } = authResultOf(me)
    expect(lastLoginAt).toMatch(MOBILE_DATE)
    expect(Date.parse(String(lastLoginAt))).toBeGreaterThan(Date.parse(sentLastLoginAt(user)))
  })

  it('gets a taken name as the failure of the whole save, with the record in info', async () => {
    await signUp(server, { username: 'android.taken' })
    const user = await signUp(server, { username: 'android.dan' })

    const saved = await android('record:save', user, {
      database_id: '_public',
      atomic: true,
      records: [asAndroidSends(user, { username: 'Android.Taken' })],
    })

    expect(saved.status).toBe(409)
    expect(errorOf(saved)).toMatchObject({
      name: 'AtomicOperationFailure',
      code: 115,
      info: { [`user/${user.user_id}`]: { name: 'Duplicated', code: 109 } },
    })
  })

  it('logs in by the new name after an atomic save', async () => {
    const user = await signUp(server, { username: 'android.eve' })

    await android('record:save', user, {
      database_id: '_public',
      atomic: true,
      records: [asAndroidSends(user, { username: 'android.eva' })],
    })
    const byOldName = await call(server, 'auth:login', {
      auth_data: { username: 'android.eve' },
      password: 'secret-1',
    })

    expect((await logIn('android.eva')).user_id).toBe(user.user_id)
    expect(errorOf(byOldName)).toMatchObject({ code: 110 })
  })

  it('is refused with a code in the error', async () => {
    const user = await signUp(server, { username: 'android.fay' })
    await android('auth:logout', user, {})

    const me = await android('me', user, {})

    expect(errorOf(me)).toMatchObject({ code: 104 })
  })
})

describe('any client', () => {
  const CONTENT_TYPES = [
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
  ]

  it.each(CONTENT_TYPES)('may declare its body as %s', async (contentType) => {
    const user = await signUp(server, { username: `type.${contentType}` })

    const me = await post(
      server,
      'me',
      { access_token: user.access_token },
      { 'Content-Type': contentType },
    )

    expect(me.status).toBe(200)
    expect(me.headers['content-type']).toMatch(/^application\/json/)
  })

  it('may declare no type of its body', async () => {
    const user = await signUp(server, { username: 'type.none' })

    const me = await post(server, 'me', { access_token: user.access_token }, {})

    expect(me.status).toBe(200)
  })

  // JavaScript SDKs 1.0 to 1.1 send this when nobody is logged in.
  it.each(['null', 'undefined'])('may send the access token "%s" for none', async (token) => {
    const body = { api_key: server.apiKey }

    const me = await post(server, 'me', body, { 'X-Skygear-Access-Token': token })

    expect(errorOf(me)).toMatchObject({ code: 101 })
  })

  it('may send null for a token, a key of no meaning and members of no meaning', async () => {
    const answer = await call(server, 'auth:signup', {
      access_token: null,
      auth_data: null,
      password: null,
      profile: null,
      _from_plugin: false,
      unknown: { a: 1 },
    })

    expectAuthResult(answer)
  })
})

function ios(action: string, body: Record<string, unknown>): Promise<HttpAnswer> {
  return post(server, action, body, IOS_HEADERS)
}

function android(
  action: string,
  user: AuthResult,
  body: Record<string, unknown>,
): Promise<HttpAnswer> {
  const keys = { api_key: server.apiKey, access_token: user.access_token }
  return post(
    server,
    action,
    { ...keys, ...body },
    {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Skygear-API-Key': server.apiKey,
      'X-Skygear-Access-Token': user.access_token,
      'X-Skygear-SDK-Version': 'skygear-SDK-Android/1.7.1',
    },
  )
}

async function logIn(username: string): Promise<AuthResult> {
  const credentials = { auth_data: { username }, password: 'secret-1' }
  return authResultOf(await call(server, 'auth:login', credentials))
}

/** Android keeps dates to the millisecond and sends back every member that it received. */
function asAndroidSends(user: AuthResult, changes: Record<string, unknown>) {
  return {
    ...user.profile,
    _type: 'record',
    _recordType: 'user',
    _recordID: user.user_id,
    _access: null,
    last_login_at: { $type: 'date', $date: sentLastLoginAt(user) },
    ...changes,
  }
}

function sentLastLoginAt(user: AuthResult): string {
  return new Date(String(user['last_login_at'] ?? '2018-03-01T09:00:00Z')).toISOString()
}

/** iOS reads a bad response, and Android crashes, without these members. */
function expectAuthResult(answer: HttpAnswer): void {
  expect(answer.status).toBe(200)
  const result = authResultOf(answer)
  expect(result.access_token).toEqual(expect.any(String))
  expect(result.access_token).not.toBe('')
  expectUserRecord(result.profile, result.user_id)
  for (const name of ['last_login_at', 'last_seen_at']) {
    if (name in result) expect(result[name]).toMatch(MOBILE_DATE)
  }
}

function expectUserRecord(record: Record<string, unknown>, userId: string): void {
  expect(isPlainObject(record)).toBe(true)
  expect(record).toMatchObject({ _id: `user/${userId}`, _type: 'record', _ownerID: userId })
  expect(record).toHaveProperty('_access')
  for (const name of ['_created_by', '_updated_by'])
    expect(record[name]).toEqual(expect.any(String))
  for (const name of ['_created_at', '_updated_at']) expect(record[name]).toMatch(MOBILE_DATE)
  const nulls = Object.entries(record).filter(([, value]) => value === null)
  // Every other member without a value is left out.
  expect(nulls.map(([name]) => name).filter((name) => name !== '_access')).toEqual([])
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
