import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('me', () => {
  it('answers the user with the token to go on with', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('amy')

    const answer = await server.call('me', {}, { token })

    expect(answer.status).toBe(200)
    expect(answer.result).toMatchObject({
      user_id: userId,
      access_token: token,
      profile: { _id: `user/${userId}`, username: 'amy' },
    })
  })

  it('needs no key beside a token', async () => {
    const { access_token: token } = await server.signUp('bea')

    const answer = await server.call('me', {}, { token, key: null })

    expect(answer.status).toBe(200)
  })

  it('answers the roles of a user who has some', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('cat')
    await server.sql(`update account set roles = '["editor"]' where id = ?`, userId)

    const { result } = await server.call('me', {}, { token })

    expect(result.roles).toEqual(['editor'])
  })

  it('leaves out roles that there are none of', async () => {
    const { access_token: token } = await server.signUp('dan')

    const { result } = await server.call('me', {}, { token })

    expect(result).not.toHaveProperty('roles')
  })

  it('sees a change of the record at once', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('eve')
    await server.call(
      'record:save',
      { records: [{ _id: `user/${userId}`, motto: 'hi' }] },
      {
        token,
      },
    )

    const { result } = await server.call('me', {}, { token })

    expect(result.profile['motto']).toBe('hi')
  })

  it('AC-13: answers neither the password hash nor the hash of the token', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('fay')
    const [session] = await server.sql<{ token_hash: string }>(
      'select token_hash from session where user_id = ?',
      userId,
    )

    const { text } = await server.call('me', {}, { token })

    expect(text).not.toContain('argon2')
    expect(text).not.toContain(session!.token_hash)
  })

  it('TK-10: notes when the user was here, once a minute', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('gus')
    const before = Date.now()
    await server.sql('update account set last_seen_at = ? where id = ?', before - 61_000, userId)

    await server.call('me', {}, { token })

    await expect.poll(() => lastSeenAt(userId), { timeout: 5_000 }).toBeGreaterThanOrEqual(before)
  })

  it('needs a user', async () => {
    const answer = await server.call('me')

    expect(answer.status).toBe(401)
    expect(answer.error).toMatchObject({
      code: 101,
      message: 'Authentication is required for this action, please login.',
    })
  })

  it('refuses an unknown token with AccessTokenNotAccepted', async () => {
    const answer = await server.call('me', {}, { token: 'unknown' })

    expect(answer.status).toBe(401)
    expect(answer.error).toEqual({
      name: 'AccessTokenNotAccepted',
      code: 104,
      message: 'token does not exist or it has expired',
    })
  })

  it('TK-06: refuses a disabled user with UserDisabled, and not with a code that ends sessions', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('hal')
    await server.sql('update account set disabled = 1 where id = ?', userId)

    const answer = await server.call('me', {}, { token })

    expect(answer.status).toBe(403)
    expect(answer.error).toEqual({ name: 'UserDisabled', code: 127, message: 'user is disabled' })
  })

  it('TK-07: refuses the token of a user who was deleted with AccessTokenNotAccepted', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('ida')
    await server.sql('delete from account where id = ?', userId)

    const answer = await server.call('me', {}, { token })

    expect(answer.error?.code).toBe(104)
  })

  it('gives a session to a server that acts for a user with the master key', async () => {
    const { user_id: userId } = await server.signUp('jay')

    const { result } = await server.call('me', { _user_id: userId }, { key: server.masterKey })

    const me = await server.call('me', {}, { token: result.access_token })
    expect(me.result.user_id).toBe(userId)
  })

  it('AD-06: lets nobody act for a user with the client key', async () => {
    const { user_id: userId } = await server.signUp('kim')

    const answer = await server.call('me', { _user_id: userId })

    expect(answer.error?.code).toBe(101)
  })
})

async function lastSeenAt(userId: string): Promise<number> {
  const [row] = await server.sql<{ last_seen_at: number }>(
    'select last_seen_at from account where id = ?',
    userId,
  )
  return row!.last_seen_at
}
