import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { type AuthResult, authResultOf, call, errorOf, post, recordsOf } from '../wire.ts'

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
})

afterAll(() => server.close())

/** What SDKs up to 1.0 send: username and email at the top, not in `auth_data`. */
function signUpAsA(username: string | null, email: string | null = null): Promise<AuthResult> {
  return call(server, 'auth:signup', { username, email, password: 'secret-1' }).then(authResultOf)
}

describe('auth:signup, auth:login and me for SDKs up to 1.0', () => {
  it('answer with the names at the top, beside the profile', async () => {
    const signedUp = await signUpAsA('amy', 'amy@example.com')
    const loggedIn = await call(server, 'auth:login', { username: 'AMY', password: 'secret-1' })
    const me = await post(server, 'me', { access_token: signedUp.access_token })

    const names = { user_id: signedUp.user_id, username: 'amy', email: 'amy@example.com' }
    expect(signedUp).toMatchObject({ ...names, profile: { _id: `user/${signedUp.user_id}` } })
    expect(authResultOf(loggedIn)).toMatchObject(names)
    expect(authResultOf(me)).toMatchObject(names)
  })

  it('leave the names out of what newer SDKs get', async () => {
    await signUpAsA('bob', 'bob@example.com')

    const authData = { username: 'bob' }
    const body = { auth_data: authData, password: 'secret-1' }
    const loggedIn = authResultOf(await call(server, 'auth:login', body))
    const me = authResultOf(await post(server, 'me', { access_token: loggedIn.access_token }))

    for (const result of [loggedIn, me]) {
      expect(Object.keys(result)).not.toContain('username')
      expect(Object.keys(result)).not.toContain('email')
    }
  })

  it('sign up anonymously when all members are null', async () => {
    const body = { username: null, email: null, password: null }

    const signedUp = authResultOf(await call(server, 'auth:signup', body))

    expect(signedUp.user_id).toEqual(expect.any(String))
    expect(signedUp['username']).toBeUndefined()
  })

  it('refuse a wrong password and an unknown user', async () => {
    await signUpAsA('cat')

    const wrong = await call(server, 'auth:login', { username: 'cat', password: 'secret-2' })
    const unknown = await call(server, 'auth:login', { email: 'cat@x.yz', password: 'secret-1' })

    expect(errorOf(wrong)).toMatchObject({ name: 'InvalidCredentials', code: 105 })
    expect(errorOf(unknown)).toMatchObject({ name: 'ResourceNotFound', code: 110 })
  })
})

describe('user:update', () => {
  it('changes username and e-mail address, the two log-in ids', async () => {
    const user = await signUpAsA('dan')

    const updated = await post(server, 'user:update', {
      access_token: user.access_token,
      _id: user.user_id,
      username: 'daniel',
      email: 'daniel@example.com',
    })
    const byOld = await call(server, 'auth:login', { username: 'dan', password: 'secret-1' })
    const byNew = await call(server, 'auth:login', {
      email: 'DANIEL@example.com',
      password: 'secret-1',
    })

    expect(updated.status).toBe(200)
    expect(authResultOf(updated)).toMatchObject({
      _id: user.user_id,
      username: 'daniel',
      email: 'daniel@example.com',
    })
    expect(errorOf(byOld)).toMatchObject({ code: 110 })
    expect(authResultOf(byNew)).toMatchObject({ user_id: user.user_id, username: 'daniel' })
  })

  it('leaves a member alone that is empty or absent', async () => {
    const user = await signUpAsA('eve', 'eve@example.com')

    await post(server, 'user:update', {
      access_token: user.access_token,
      _id: user.user_id,
      username: '',
    })
    const me = await post(server, 'me', { access_token: user.access_token })

    expect(authResultOf(me)).toMatchObject({ username: 'eve', email: 'eve@example.com' })
  })

  it('refuses a name that is taken', async () => {
    await signUpAsA('fay')
    const user = await signUpAsA('gus')

    const updated = await post(server, 'user:update', {
      access_token: user.access_token,
      _id: user.user_id,
      username: 'FAY',
    })

    expect(updated.status).toBe(409)
    expect(errorOf(updated)).toMatchObject({ name: 'Duplicated', code: 109 })
  })

  it('refuses to change another user, a missing id and a caller who is not logged in', async () => {
    const user = await signUpAsA('hal')
    const other = await signUpAsA('ida')
    const token = { access_token: user.access_token }

    const foreign = await post(server, 'user:update', { ...token, _id: other.user_id })
    const noId = await post(server, 'user:update', { ...token, username: 'x' })
    const nobody = await call(server, 'user:update', { _id: user.user_id, username: 'x' })

    expect(errorOf(foreign)).toMatchObject({ name: 'PermissionDenied', code: 102 })
    expect(errorOf(noId)).toMatchObject({ name: 'InvalidArgument', code: 108 })
    expect(errorOf(nobody)).toMatchObject({ name: 'NotAuthenticated', code: 101 })
  })

  it('does not let users give themselves a role', async () => {
    const user = await signUpAsA('joe')

    const updated = await post(server, 'user:update', {
      access_token: user.access_token,
      _id: user.user_id,
      roles: ['admin'],
    })

    expect(errorOf(updated)).toMatchObject({ name: 'PermissionDenied', code: 102 })
  })
})

describe('user:query', () => {
  it('finds users by names and e-mail addresses for the master key', async () => {
    const user = await signUpAsA('kim', 'kim@example.com')
    const found = {
      id: user.user_id,
      type: 'user',
      data: { _id: user.user_id, username: 'kim', email: 'kim@example.com' },
    }

    const byName = await post(server, 'user:query', {
      api_key: server.masterKey,
      usernames: ['KIM', 'nobody'],
      emails: null,
    })
    const byEmail = await post(server, 'user:query', {
      api_key: server.masterKey,
      usernames: null,
      emails: ['kim@EXAMPLE.com'],
    })

    expect(recordsOf(byName)).toEqual([found])
    expect(recordsOf(byEmail)).toEqual([found])
  })

  it('is for admins and the master key', async () => {
    const user = await signUpAsA('leo')
    const body = { usernames: ['kim'], emails: null }

    const byUser = await post(server, 'user:query', { access_token: user.access_token, ...body })
    const byNobody = await call(server, 'user:query', body)

    expect(errorOf(byUser)).toMatchObject({ name: 'PermissionDenied', code: 102 })
    expect(errorOf(byNobody)).toMatchObject({ name: 'NotAuthenticated', code: 101 })
  })
})
