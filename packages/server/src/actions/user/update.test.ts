import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('user:update', () => {
  it("changes the user's names", async () => {
    const { user_id: userId, access_token: token } = await server.signUp('amy')
    const names = { username: 'amelia', email: 'amelia@example.com' }

    const answer = await server.call('user:update', { _id: userId, ...names }, { token })

    expect(answer.status).toBe(200)
    expect(answer.result).toEqual({ _id: userId, ...names })
  })

  it('changes the log-in ids in the same step', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('bea')

    await server.call('user:update', { _id: userId, username: 'beatrix' }, { token })

    expect((await logIn('beatrix')).status).toBe(200)
    expect((await logIn('bea')).error?.code).toBe(110)
  })

  it('leaves what is empty or missing', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('cat')
    const body = { _id: userId, username: '', email: 'cat@example.com' }

    const { result } = await server.call('user:update', body, { token })

    expect(result).toEqual({ _id: userId, username: 'cat', email: 'cat@example.com' })
  })

  it('refuses a name that is taken', async () => {
    await server.signUp('dan')
    const { user_id: userId, access_token: token } = await server.signUp('dana')

    const answer = await server.call('user:update', { _id: userId, username: 'DAN' }, { token })

    expect(answer.status).toBe(409)
    expect(answer.error).toMatchObject({ name: 'Duplicated', message: 'user duplicated' })
  })

  it('refuses a name that cannot be a log-in id', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('eve')
    const body = { _id: userId, username: 'e'.repeat(256) }

    const answer = await server.call('user:update', body, { token })

    expect(answer.error?.name).toBe('InvalidArgument')
  })

  it('refuses a request without an id', async () => {
    const { access_token: token } = await server.signUp('fay')

    const answer = await server.call('user:update', { username: 'fay2' }, { token })

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['_id'] } })
  })

  it('AC-05: refuses another user', async () => {
    const { user_id: userId } = await server.signUp('gus')
    const { access_token: token } = await server.signUp('gert')

    const answer = await server.call('user:update', { _id: userId, username: 'x' }, { token })

    expect(answer.status).toBe(403)
    expect(answer.error?.message).toBe('no permission to modify other users')
  })

  it('AC-05, EN-13: does not tell a user which other users exist', async () => {
    const { access_token: token } = await server.signUp('hal')

    const answer = await server.call('user:update', { _id: 'nobody', username: 'x' }, { token })

    expect(answer.error?.name).toBe('PermissionDenied')
  })

  it('lets users give up roles', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('ida')
    await setRoles(userId, ['editor', 'writer'])

    const { result } = await server.call(
      'user:update',
      { _id: userId, roles: ['writer'] },
      {
        token,
      },
    )

    expect(result.roles).toEqual(['writer'])
  })

  it('AC-16: lets no user take a role', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('jay')
    const body = { _id: userId, roles: ['Admin'] }

    const answer = await server.call('user:update', body, { token })

    expect(answer.error).toMatchObject({
      name: 'PermissionDenied',
      message: 'no permission to add new roles',
    })
  })

  it('refuses a role that is named twice', async () => {
    const { user_id: userId, access_token: token } = await server.signUp('kim')
    const body = { _id: userId, roles: ['a', 'a'] }

    const answer = await server.call('user:update', body, { token })

    expect(answer.error).toMatchObject({ code: 108, message: 'duplicated roles in payload' })
  })

  it('keeps names and roles together when one of them cannot be saved', async () => {
    await server.signUp('taken')
    const { user_id: userId } = await server.signUp('lee')
    const body = { _id: userId, username: 'taken', roles: ['editor'] }

    await server.call('user:update', body, { key: server.masterKey })

    const me = await server.call('me', { _user_id: userId }, { key: server.masterKey })
    expect(me.result).not.toHaveProperty('roles')
  })

  it('lets the master key change any user', async () => {
    const { user_id: userId } = await server.signUp('mia')
    const body = { _id: userId, username: 'maria', roles: ['editor'] }

    const { result } = await server.call('user:update', body, { key: server.masterKey })

    expect(result).toEqual({ _id: userId, username: 'maria', roles: ['editor'] })
  })

  it('answers the master key that a user does not exist', async () => {
    const answer = await server.call('user:update', { _id: 'nobody' }, { key: server.masterKey })

    expect(answer.error?.name).toBe('ResourceNotFound')
  })

  it('needs a user', async () => {
    const answer = await server.call('user:update', { _id: 'x', username: 'y' })

    expect(answer.error?.name).toBe('NotAuthenticated')
  })
})

function logIn(username: string) {
  return server.call('auth:login', { auth_data: { username }, password: testPassword })
}

async function setRoles(userId: string, roles: string[]): Promise<void> {
  await server.sql('update account set roles = ? where id = ?', JSON.stringify(roles), userId)
}
