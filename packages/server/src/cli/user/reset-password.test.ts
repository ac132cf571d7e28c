import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

const newPassword = 'staple in the barn'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user reset-password', () => {
  it('makes the new password the only one', async () => {
    await server.signUp('amy')

    const { code, output } = await reset('amy', '--password-stdin')

    expect(code).toBe(0)
    expect(output).not.toContain(newPassword)
    expect((await logIn('amy', newPassword)).status).toBe(200)
    expect((await logIn('amy', testPassword)).error?.code).toBe(105)
  })

  it('AD-07: ends all sessions in a server that runs, from the next request on', async () => {
    const { access_token: token, user_id: id } = await server.signUp('bea')
    expect((await server.call('me', {}, { token })).status).toBe(200)

    await reset('bea', '--generate')

    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    expect(await server.sql('select * from session where user_id = ?', id)).toEqual([])
  })

  it('refuses a password that the policy refuses, and changes nothing', async () => {
    const { access_token: token } = await server.signUp('cat')

    const { code, errors } = await reset('cat', '--password-stdin', 'password')

    expect(code).toBe(1)
    expect(errors).toMatch(/^Password .*\.\n$/)
    expect((await server.call('me', {}, { token })).status).toBe(200)
    expect((await logIn('cat', testPassword)).status).toBe(200)
  })

  it('refuses a password of before, where the settings say so', async () => {
    const environment = { USER_AUDIT_PW_HISTORY_SIZE: '3' }
    const strict = await startTestServer(environment)
    onTestFinished(strict.close)
    await strict.signUp('dan')

    const { code, errors } = await runCommand(
      ['user', 'reset-password', 'dan', '--password-stdin'],
      { environment: { ...databaseOf(strict), ...environment }, input: testPassword },
    )

    expect(code).toBe(1)
    expect(errors).toContain('Password reused')
  })
})

function reset(name: string, option: string, input = newPassword) {
  return runCommand(['user', 'reset-password', name, option], {
    environment: databaseOf(server),
    input,
  })
}

function logIn(username: string, password: string) {
  return server.call('auth:login', { auth_data: { username }, password })
}
