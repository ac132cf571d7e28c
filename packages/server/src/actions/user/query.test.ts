import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('user:query', () => {
  it('finds users by user name and e-mail address, in any case', async () => {
    const amy = await server.signUp('amy')
    const bea = await server.call('auth:signup', {
      auth_data: { email: 'bea@example.com' },
      password: testPassword,
    })

    const { result } = await query({ usernames: ['AMY'], emails: ['BEA@example.com'] })

    expect(result).toEqual([
      { id: amy.user_id, type: 'user', data: { _id: amy.user_id, username: 'amy' } },
      {
        id: bea.result.user_id,
        type: 'user',
        data: { _id: bea.result.user_id, email: 'bea@example.com' },
      },
    ])
  })

  it('gives a user once who is found twice', async () => {
    await server.signUp('cat')

    const { result } = await query({ usernames: ['cat', 'CAT'] })

    expect(result).toHaveLength(1)
  })

  it('finds nobody by names that nobody has', async () => {
    const { result } = await query({ usernames: ['nobody'], emails: null })

    expect(result).toEqual([])
  })

  it('EN-11: refuses a user', async () => {
    const { access_token: token } = await server.signUp('dan')

    const answer = await server.call('user:query', { usernames: ['dan'] }, { token })

    expect(answer.status).toBe(403)
    expect(answer.error?.name).toBe('PermissionDenied')
  })

  it('refuses whoever is not logged in', async () => {
    const answer = await server.call('user:query', { usernames: ['dan'] })

    expect(answer.status).toBe(401)
    expect(answer.error?.message).toBe('Authentication is needed to query user')
  })

  it('refuses names that are not a list', async () => {
    const answer = await query({ usernames: 'amy' })

    expect(answer.error?.name).toBe('BadRequest')
  })
})

function query(body: Record<string, unknown>) {
  return server.call('user:query', body, { key: server.masterKey })
}
