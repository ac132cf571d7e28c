import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('auth:signup', () => {
  it('makes a user with a user name', async () => {
    const answer = await signUp({ username: 'amy' })

    expect(answer.status).toBe(200)
    expect(answer.result.profile).toMatchObject({
      _id: `user/${answer.result.user_id}`,
      username: 'amy',
    })
  })

  it('makes a user with an e-mail address', async () => {
    const answer = await signUp({ email: 'bea@example.com' })

    expect(answer.result.profile['email']).toBe('bea@example.com')
  })

  it('logs the user in', async () => {
    const { result } = await signUp({ username: 'cat' })

    const me = await server.call('me', {}, { token: result.access_token })

    expect(me.result.user_id).toBe(result.user_id)
  })

  it('keeps what the profile holds', async () => {
    const birthday = { $type: 'date', $date: '1990-01-02T00:00:00Z' }

    const answer = await signUp({ username: 'dan' }, { profile: { motto: 'hi', birthday } })

    expect(answer.result.profile).toMatchObject({ motto: 'hi', birthday })
  })

  it('makes a user record that is owned, created and updated by the user', async () => {
    const { result } = await signUp({ username: 'eve' })

    expect(result.profile).toMatchObject({
      _access: null,
      _ownerID: result.user_id,
      _created_by: result.user_id,
      _updated_by: result.user_id,
    })
  })

  it('makes a user without names and password from nothing', async () => {
    const answer = await server.call('auth:signup', {
      auth_data: null,
      password: null,
      profile: null,
    })

    expect(answer.status).toBe(200)
    expect(answer.result.profile).not.toHaveProperty('username')
  })

  it('makes a new user of every anonymous sign-up', async () => {
    const first = await server.call('auth:signup')
    const second = await server.call('auth:signup')

    expect(first.result.user_id).not.toBe(second.result.user_id)
  })

  it('ignores what only the server sets', async () => {
    const profile = { last_login_at: 'x', _id: 'user/other', _ownerID: 'other', _created_at: 'x' }

    const { result } = await signUp({ username: 'fay' }, { profile })

    expect(result.profile).toMatchObject({
      _id: `user/${result.user_id}`,
      _ownerID: result.user_id,
    })
    expect(result.profile).not.toHaveProperty('last_login_at')
  })

  it('answers no times, since the user was never here before', async () => {
    const { result } = await signUp({ username: 'gus' })

    expect(result).not.toHaveProperty('last_login_at')
    expect(result).not.toHaveProperty('last_seen_at')
  })

  it('answers neither the password nor its hash', async () => {
    const { text } = await signUp({ username: 'hal' })

    expect(text).not.toContain(testPassword)
    expect(text).not.toContain('argon2')
  })

  it('refuses a name that another user has, in any case', async () => {
    await signUp({ username: 'Ida' })

    const answer = await signUp({ username: 'iDA' })

    expect(answer.status).toBe(409)
    expect(answer.error).toEqual({ name: 'Duplicated', code: 109, message: 'user duplicated' })
  })

  it('refuses an e-mail address that another user has', async () => {
    await signUp({ username: 'jay', email: 'jay@example.com' })

    const answer = await signUp({ username: 'jay2', email: 'JAY@example.com' })

    expect(answer.error?.name).toBe('Duplicated')
  })

  it('R-01: leaves nothing behind of a sign-up that was refused', async () => {
    await signUp({ username: 'kim', email: 'kim@example.com' })
    await signUp({ username: 'kim2', email: 'kim@example.com' }, { profile: { leftover: true } })

    const answer = await signUp({ username: 'kim2', email: 'kim2@example.com' })

    expect(answer.status).toBe(200)
    expect(await server.sql("select * from record_field where field = 'leftover'")).toEqual([])
  })

  it('RC-01: gives one name to one of many who ask at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => signUp({ username: 'popular' })),
    )

    const codes = answers.map(({ error }) => error?.code).filter((code) => code !== undefined)
    expect(codes).toEqual(Array(7).fill(109))
  })

  it('refuses auth data with a member that is no login id', async () => {
    const answer = await signUp({ username: 'lee', nickname: 'l' })

    expect(answer.status).toBe(400)
    expect(answer.error).toEqual({
      name: 'InvalidArgument',
      code: 108,
      message: 'invalid auth data',
      info: { arguments: ['auth_data'] },
    })
  })

  it('refuses a password without a name', async () => {
    const answer = await server.call('auth:signup', { auth_data: {}, password: testPassword })

    expect(answer.error).toMatchObject({ code: 108, message: 'invalid auth data' })
  })

  it('refuses a name without a password', async () => {
    const answer = await signUp({ username: 'mia' }, { password: '' })

    expect(answer.error).toMatchObject({
      code: 108,
      message: 'empty password',
      info: { arguments: ['password'] },
    })
  })

  it('refuses a name that is in the profile too', async () => {
    const answer = await signUp({ username: 'ned' }, { profile: { username: 'ned' } })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['username'] } })
  })

  it('refuses a password with half a character', async () => {
    const answer = await signUp({ username: 'ola' }, { password: 'a long password \ud83d' })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['password'] } })
  })

  it('refuses a name with a control character', async () => {
    const answer = await signUp({ username: 'pat\u0007' })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['auth_data'] } })
  })

  it.each([{ username: '' }, { email: '' }, { email: ' ' }, { username: '', email: 'nel@x.y' }])(
    'refuses a name that nobody sees: %j',
    async (authData) => {
      const answer = await signUp(authData)

      expect(answer.error).toMatchObject({ name: 'InvalidArgument' })
      expect(answer.error?.message).toMatch(/is empty; leave it out instead/)
    },
  )

  it('refuses a literal in the profile that cannot be read', async () => {
    const profile = { birthday: { $type: 'date', $date: 'yesterday' } }

    const answer = await signUp({ username: 'quin' }, { profile })

    expect(answer.error?.name).toBe('InvalidArgument')
  })

  it('refuses a provider, since there is none', async () => {
    const answer = await server.call('auth:signup', { provider: 'com.example', auth_data: {} })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['provider'] } })
  })

  it('refuses a password that is too short, with status 400', async () => {
    const answer = await signUp({ username: 'ron' }, { password: 'short' })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({
      name: 'PasswordPolicyViolated',
      code: 126,
      info: { reason: 'PasswordTooShort', min_length: 8, pw_length: 5 },
    })
  })

  it('refuses a value that does not fit the type of its field', async () => {
    await signUp({ username: 'sam' }, { profile: { shoe_size: 42 } })

    const answer = await signUp({ username: 'tom' }, { profile: { shoe_size: 'large' } })

    expect(answer.status).toBe(409)
    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('refuses a user name that is not a text', async () => {
    const answer = await signUp({ username: 5 })

    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('refuses new fields when the schema is frozen', async () => {
    const frozen = await startTestServer({ SCHEMA: 'frozen' })
    onTestFinished(frozen.close)

    const answer = await frozen.call('auth:signup', { profile: { motto: 'hi' } })

    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('lets the master key add fields to a frozen schema', async () => {
    const frozen = await startTestServer({ SCHEMA: 'frozen' })
    onTestFinished(frozen.close)

    const answer = await frozen.call(
      'auth:signup',
      { profile: { motto: 'hi' } },
      { key: frozen.masterKey },
    )

    expect(answer.result.profile['motto']).toBe('hi')
  })

  it('needs an API key', async () => {
    const answer = await server.call('auth:signup', {}, { key: null })

    expect(answer.error).toMatchObject({ code: 101, message: 'Api key is empty' })
  })

  it('does not look at an access token', async () => {
    const answer = await server.call('auth:signup', {}, { token: 'unknown' })

    expect(answer.status).toBe(200)
  })

  it('AC-01: does not take log-in ids that a client declares itself', async () => {
    const answer = await signUp({ nickname: 'uma' }, { authrecordkeys: [['nickname']] })

    expect(answer.error).toMatchObject({ code: 108, message: 'invalid auth data' })
  })
})

function signUp(authData: Record<string, unknown>, more: Record<string, unknown> = {}) {
  return server.call('auth:signup', { auth_data: authData, password: testPassword, ...more })
}
