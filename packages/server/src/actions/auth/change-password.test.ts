import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

const newPassword = 'staple in the barn'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('auth:password', () => {
  it('makes the new password the only one', async () => {
    const { access_token: token } = await server.signUp('amy')

    const answer = await changePassword(token)

    expect(answer.status).toBe(200)
    expect((await logIn('amy', newPassword)).status).toBe(200)
    expect((await logIn('amy', testPassword)).error?.code).toBe(105)
  })

  it('answers the user', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('bea')

    const { result } = await changePassword(token)

    expect(result).toMatchObject({ user_id: userId, profile: { username: 'bea' } })
  })

  it('answers neither the passwords nor a hash', async () => {
    const { access_token: token } = await server.signUp('cat')

    const { text } = await changePassword(token)

    expect(text).not.toContain(testPassword)
    expect(text).not.toContain(newPassword)
    expect(text).not.toContain('argon2')
  })

  it('leaves every session and answers the token of the caller', async () => {
    const { access_token: token } = await server.signUp('dan')
    const other = (await logIn('dan', testPassword)).result.access_token

    const { result } = await changePassword(token)

    expect(result.access_token).toBe(token)
    expect((await server.call('me', {}, { token: other })).status).toBe(200)
  })

  it('ends every session with invalidate and answers a new token', async () => {
    const { access_token: token } = await server.signUp('eve')
    const other = (await logIn('eve', testPassword)).result.access_token

    const { result } = await changePassword(token, { invalidate: true })

    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    expect((await server.call('me', {}, { token: other })).error?.code).toBe(104)
    expect((await server.call('me', {}, { token: result.access_token })).status).toBe(200)
  })

  it('leaves the sessions of other users with invalidate', async () => {
    const { access_token: token } = await server.signUp('fay')
    const stranger = await server.signUp('gus')

    await changePassword(token, { invalidate: true })

    expect((await server.call('me', {}, { token: stranger.access_token })).status).toBe(200)
  })

  it('takes nothing but true for invalidate', async () => {
    const { access_token: token } = await server.signUp('hal')

    await changePassword(token, { invalidate: 'true' })

    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('TK-05: ends sessions in every server on the database from the next request on', async () => {
    const other = await startTestServer({ DATA_DIR: server.dataDirectory })
    onTestFinished(other.close)
    const { access_token: token } = await server.signUp('ida')
    expect((await other.call('me', {}, { token })).status).toBe(200)

    await changePassword(token, { invalidate: true })

    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('PW-11: refuses a wrong old password', async () => {
    const { access_token: token } = await server.signUp('jay')

    const answer = await changePassword(token, { old_password: 'wrong horse battery' })

    expect(answer.status).toBe(401)
    expect(answer.error).toEqual({
      name: 'InvalidCredentials',
      code: 105,
      message: 'Incorrect old password',
    })
  })

  it('refuses an empty old password', async () => {
    const { access_token: token } = await server.signUp('kim')

    const answer = await changePassword(token, { old_password: '' })

    expect(answer.error).toMatchObject({
      code: 108,
      message: 'empty old password',
      info: { arguments: ['old_password'] },
    })
  })

  it('refuses an empty password', async () => {
    const { access_token: token } = await server.signUp('lee')

    const answer = await changePassword(token, { password: null })

    expect(answer.error).toMatchObject({
      code: 108,
      message: 'empty password',
      info: { arguments: ['password'] },
    })
  })

  it('refuses a password with half a character', async () => {
    const { access_token: token } = await server.signUp('mia')

    const answer = await changePassword(token, { password: 'a long password \udc00' })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['password'] } })
  })

  it('refuses a password against the policy and keeps the old one', async () => {
    const { access_token: token } = await server.signUp('ned')

    const answer = await changePassword(token, { password: 'short' })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 126, info: { reason: 'PasswordTooShort' } })
    expect((await logIn('ned', testPassword)).status).toBe(200)
  })

  it('does not tell about the new password to whoever does not know the old one', async () => {
    const { access_token: token } = await server.signUp('ola')

    const answer = await changePassword(token, { old_password: 'wrong one', password: 'short' })

    expect(answer.error?.code).toBe(105)
  })

  it('PW-11: refuses a user without a password', async () => {
    const { result } = await server.call('auth:signup')

    const answer = await changePassword(result.access_token)

    expect(answer.error?.name).toBe('InvalidCredentials')
  })

  it('RC-09: lets one of two changes at the same time win', async () => {
    const { access_token: token } = await server.signUp('pat')

    const answers = await Promise.all([
      changePassword(token, { password: 'the first of the two' }),
      changePassword(token, { password: 'the second of the two' }),
    ])

    expect(answers.map(({ error }) => error?.name ?? 'OK').sort()).toEqual([
      'InvalidCredentials',
      'OK',
    ])
  })

  it('needs a user', async () => {
    const answer = await server.call('auth:password', { old_password: 'x', password: 'y' })

    expect(answer.status).toBe(401)
    expect(answer.error?.name).toBe('NotAuthenticated')
  })

  it('needs no key beside a token', async () => {
    const { access_token: token } = await server.signUp('quin')
    const body = { old_password: testPassword, password: newPassword }

    const answer = await server.call('auth:password', body, { token, key: null })

    expect(answer.status).toBe(200)
  })

  it('gives a token to a server that acts for a user with the master key', async () => {
    const { user_id: userId } = await server.signUp('ron')
    const body = { old_password: testPassword, password: newPassword, _user_id: userId }

    const { result } = await server.call('auth:password', body, { key: server.masterKey })

    const me = await server.call('me', {}, { token: result.access_token })
    expect(me.result.user_id).toBe(userId)
  })
})

describe('limits of auth:password', () => {
  it('PW-13: let a user try ten times an hour, right or wrong', async () => {
    const limited = await startTestServer({ RATE_LIMIT: 'on' })
    onTestFinished(limited.close)
    const { access_token: token } = await limited.signUp('amy')
    const change = (from: string, to: string) =>
      limited.call('auth:password', { old_password: from, password: to }, { token })
    for (let i = 0; i < 5; i += 1) {
      expect((await change('wrong password', newPassword)).error?.code).toBe(105)
    }
    for (let i = 0; i < 5; i += 1) {
      const passwords = [testPassword, newPassword] as const
      expect((await change(passwords[i % 2]!, passwords[(i + 1) % 2]!)).status).toBe(200)
    }

    expect((await change(newPassword, testPassword)).error?.code).toBe(130)
  })
})

function changePassword(token: string, more: Record<string, unknown> = {}) {
  const body = { old_password: testPassword, password: newPassword, ...more }
  return server.call('auth:password', body, { token })
}

function logIn(username: string, password: string) {
  return server.call('auth:login', { auth_data: { username }, password })
}
