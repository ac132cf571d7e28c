import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

const timeFormat = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/

describe.each(['opaque', 'jwt'])('the auth result, with TOKEN_STORE=%s', (tokenStore) => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer({ TOKEN_STORE: tokenStore })
  })

  afterAll(() => server.close())

  it('has exactly the members of dialect B after a sign-up with auth_data', async () => {
    const { result } = await server.call('auth:signup', {
      auth_data: { username: 'amy', email: 'amy@example.com' },
      password: testPassword,
    })

    expect(result).toEqual({
      user_id: expect.any(String),
      access_token: expect.any(String),
      profile: {
        _id: `user/${result.user_id}`,
        _type: 'record',
        _access: null,
        _ownerID: result.user_id,
        _created_at: expect.stringMatching(timeFormat),
        _created_by: result.user_id,
        _updated_at: expect.stringMatching(timeFormat),
        _updated_by: result.user_id,
        username: 'amy',
        email: 'amy@example.com',
      },
    })
  })

  it('has the times, and no flat members, after a log-in with auth_data', async () => {
    await server.signUp('bea')

    const { result } = await server.call('auth:login', {
      auth_data: { username: 'bea' },
      password: testPassword,
    })

    expect(Object.keys(result).sort()).toEqual([
      'access_token',
      'last_login_at',
      'last_seen_at',
      'profile',
      'user_id',
    ])
    expect(result.last_login_at).toMatch(timeFormat)
  })

  it('has the names beside the profile after a sign-up with names at the top', async () => {
    const { result } = await signUpInDialectA('cat')

    expect(result).toMatchObject({
      username: 'cat',
      email: 'cat@example.com',
      profile: { username: 'cat', email: 'cat@example.com' },
    })
  })

  it('has the times after a sign-up with names at the top', async () => {
    const { result } = await signUpInDialectA('dan')

    expect(result.last_login_at).toMatch(timeFormat)
    expect(result.last_seen_at).toMatch(timeFormat)
  })

  it('has the names beside the profile after a log-in with a name at the top', async () => {
    await server.signUp('eve')

    const { result } = await server.call('auth:login', { username: 'eve', password: testPassword })

    expect(result.username).toBe('eve')
    expect(result).not.toHaveProperty('email')
  })

  it('has the names beside the profile in me of such a session', async () => {
    const { result: signedUp } = await signUpInDialectA('fay')

    const { result } = await server.call('me', {}, { token: signedUp.access_token })

    expect(result).toMatchObject({ username: 'fay', email: 'fay@example.com' })
  })

  it('has them in the session that me goes on with, too', async () => {
    const { result: signedUp } = await signUpInDialectA('fay2')
    const { result: first } = await server.call('me', {}, { token: signedUp.access_token })

    const { result } = await server.call('me', {}, { token: first.access_token })

    expect(result.username).toBe('fay2')
  })

  it('has the names beside the profile in auth:password of such a session', async () => {
    const { result: signedUp } = await signUpInDialectA('gus')

    const { result } = await changePassword(signedUp.access_token)

    expect(result).toMatchObject({ username: 'gus', email: 'gus@example.com' })
  })

  it('has them in the session after a password change that ends all sessions, too', async () => {
    const { result: signedUp } = await signUpInDialectA('gus2')
    const { result: changed } = await changePassword(signedUp.access_token, { invalidate: true })

    const { result } = await server.call('me', {}, { token: changed.access_token })

    expect(result.username).toBe('gus2')
  })

  it('has no flat members in another session of the same user', async () => {
    await signUpInDialectA('hal')
    const { result: loggedIn } = await server.call('auth:login', {
      auth_data: { username: 'hal' },
      password: testPassword,
    })

    const { result } = await server.call('me', {}, { token: loggedIn.access_token })

    expect(result).not.toHaveProperty('username')
    expect(result).not.toHaveProperty('email')
  })

  it('is of dialect A for an anonymous sign-up with null for the names', async () => {
    const { result } = await server.call('auth:signup', {
      username: null,
      email: null,
      password: null,
    })

    expect(result.last_login_at).toMatch(timeFormat)
    expect(result).not.toHaveProperty('username')
  })

  it('is of dialect B when auth_data stands beside a name', async () => {
    const { result } = await server.call('auth:signup', {
      auth_data: { username: 'ida' },
      username: 'ignored',
      password: testPassword,
    })

    expect(result.profile['username']).toBe('ida')
    expect(result).not.toHaveProperty('username')
  })

  it('leaves out an empty name at the top', async () => {
    const { result } = await server.call('auth:signup', {
      username: 'jay',
      email: '',
      password: testPassword,
    })

    expect(result).not.toHaveProperty('email')
  })

  function signUpInDialectA(username: string) {
    const email = `${username}@example.com`
    return server.call('auth:signup', { username, email, password: testPassword })
  }

  function changePassword(token: string, more: Record<string, unknown> = {}) {
    const body = { old_password: testPassword, password: 'staple in the barn', ...more }
    return server.call('auth:password', body, { token })
  }
})
