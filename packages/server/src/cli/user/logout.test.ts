import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user logout', () => {
  it('ends all sessions in a server that runs, from the next request on', async () => {
    const { access_token: first } = await server.signUp('amy')
    const body = { auth_data: { username: 'amy' }, password: testPassword }
    const second = (await server.call('auth:login', body)).result.access_token
    for (const token of [first, second]) {
      expect((await server.call('me', {}, { token })).status).toBe(200)
    }

    const { json } = await logOut(server, 'amy', '--json')

    expect(json['sessions_ended']).toBe(2)
    for (const token of [first, second]) {
      expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    }
  })

  it('leaves other users alone', async () => {
    await server.signUp('bea')
    const { access_token: token } = await server.signUp('cat')

    await logOut(server, 'bea')

    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('ends signed tokens too, without being told that there are any', async () => {
    const other = await startTestServer({ TOKEN_STORE: 'jwt' })
    onTestFinished(other.close)
    const { access_token: token } = await other.signUp('dan')
    expect((await other.call('me', {}, { token })).status).toBe(200)

    await logOut(other, 'dan')

    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('asks twice for a user who could not come back', async () => {
    const { result } = await server.call('auth:signup')
    const { access_token: token, user_id: id } = result

    const refused = await logOut(server, id)
    expect(refused.code).toBe(1)
    expect(refused.errors).toContain('could never log in again')
    expect((await server.call('me', {}, { token })).status).toBe(200)

    await logOut(server, id, '--yes')
    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('AD-04: ends the sessions of everybody who can come back', async () => {
    const { access_token: token } = await server.signUp('eve')
    const anonymous = (await server.call('auth:signup')).result.access_token

    expect((await logOut(server, '--all')).errors).toContain('give --yes')
    expect((await server.call('me', {}, { token })).status).toBe(200)
    expect((await logOut(server, '--all', '--yes')).code).toBe(0)

    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    expect((await server.call('me', {}, { token: anonymous })).status).toBe(200)
  })

  it('asks who is meant', async () => {
    expect((await logOut(server)).errors).toBe('Name a user, or give --all.\n')
  })
})

function logOut(of: TestServer, ...given: string[]) {
  return runCommand(['user', 'logout', ...given], { environment: databaseOf(of) })
}
