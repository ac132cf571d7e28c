import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user create', () => {
  it('makes a user who can log in to a server that runs', async () => {
    const names = ['--username', 'amy', '--email', 'amy@example.com']
    const { code, json } = await create([...names, '--password-stdin', '--json'])

    expect(code).toBe(0)
    expect(json).not.toHaveProperty('password')
    const { result } = await logIn({ email: 'amy@example.com' }, testPassword)
    expect(result).toMatchObject({ user_id: json['user_id'], profile: { username: 'amy' } })
  })

  it('makes a password that the policy takes, and tells it once', async () => {
    const { json } = await create(['--username', 'bea', '--generate', '--json'])

    expect((await logIn({ username: 'bea' }, String(json['password']))).status).toBe(200)
  })

  it('gives roles', async () => {
    const roles = ['--role', 'Admin', '--role', 'editor']
    const { json } = await create(['--username', 'cat', ...roles, '--generate', '--json'])

    expect(json['roles']).toEqual(['Admin', 'editor'])
  })

  it('leaves no session behind', async () => {
    const { json } = await create(['--username', 'dan', '--password-stdin', '--json'])

    const id = json['user_id']
    expect(await server.sql('select * from session where user_id = ?', id)).toEqual([])
  })

  it('makes the log-in ids that the server uses, whatever its own environment says', async () => {
    const other = await startTestServer({ AUTH_RECORD_KEYS: 'phone' })
    onTestFinished(other.close)

    const { code } = await runCommand(
      ['user', 'create', '--login-id', 'phone=+41 1', '--password-stdin'],
      { environment: databaseOf(other), input: testPassword },
    )

    expect(code).toBe(0)
    const body = { auth_data: { phone: '+41 1' }, password: testPassword }
    expect((await other.call('auth:login', body)).status).toBe(200)
  })

  it('refuses a name that is taken', async () => {
    await server.signUp('eve')

    const { code, errors } = await create(['--username', 'EVE', '--password-stdin'])

    expect(code).toBe(1)
    expect(errors).toBe('User duplicated.\n')
  })

  it('refuses a password that the policy refuses', async () => {
    const { code, errors } = await create(['--username', 'fay', '--password-stdin'], 'short\n')

    expect(code).toBe(1)
    expect(errors).toBe('Password too short (min_length: 8, pw_length: 5).\n')
  })

  it('refuses a user without a name', async () => {
    expect((await create(['--generate'])).errors).toBe('Give --username, --email or --login-id.\n')
  })
})

function create(options: string[], input = `${testPassword}\n`) {
  return runCommand(['user', 'create', ...options], { environment: databaseOf(server), input })
}

function logIn(authData: Record<string, unknown>, password: string) {
  return server.call('auth:login', { auth_data: authData, password })
}
