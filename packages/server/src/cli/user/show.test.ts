import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user show', () => {
  it('shows a user by id, name or address, in any case', async () => {
    const body = { auth_data: { username: 'amy', email: 'amy@example.com' } }
    const { result } = await server.call('auth:signup', { ...body, password: testPassword })

    for (const name of [result.user_id, 'AMY', 'Amy@Example.com']) {
      expect((await show(name, '--json')).json).toMatchObject({
        user_id: result.user_id,
        username: 'amy',
        email: 'amy@example.com',
        roles: [],
        has_password: true,
        disabled: false,
        sessions: 1,
      })
    }
  })

  it('shows it to people too', async () => {
    await server.signUp('bea')

    expect((await show('bea')).output).toMatch(/^username +bea$/m)
  })

  it('says when there is no such user', async () => {
    expect(await show('nobody')).toMatchObject({
      code: 1,
      output: '',
      errors: 'There is no user "nobody".\n',
    })
  })

  it('says so to programs as well', async () => {
    expect(await show('nobody', '--json')).toMatchObject({
      code: 1,
      json: { error: { message: 'There is no user "nobody".' } },
    })
  })

  it('takes an id for an id, whatever others call themselves', async () => {
    const { user_id: id } = await server.signUp('cat')
    await server.signUp(id)

    expect((await show(id, '--json')).json['username']).toBe('cat')
  })

  it('asks for the id when a name belongs to several users', async () => {
    const other = await startTestServer({ AUTH_RECORD_KEYS: 'username,phone' })
    onTestFinished(other.close)
    const { user_id: first } = await other.signUp('123')
    const body = { auth_data: { phone: '123' }, password: testPassword }
    const { result } = await other.call('auth:signup', body)

    const { code, errors } = await runCommand(['user', 'show', '123'], {
      environment: databaseOf(other),
    })

    expect(code).toBe(1)
    expect(errors).toContain('Several users are called "123".')
    expect(errors).toContain(first)
    expect(errors).toContain(result.user_id)
  })
})

function show(...given: string[]) {
  return runCommand(['user', 'show', ...given], { environment: databaseOf(server) })
}
