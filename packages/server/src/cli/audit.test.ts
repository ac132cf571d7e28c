import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseOf, runCommand } from '../testing/run-command.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let amy: string

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
  amy = (await server.signUp('amy')).user_id
  await server.signUp('bea')
  await server.call('auth:login', { auth_data: { username: 'amy' }, password: 'wrong' })
})

afterAll(() => server.close())

describe('skygear-server audit list', () => {
  it('shows events, the newest first', async () => {
    const { code, output } = await list()

    expect(code).toBe(0)
    const lines = output.trim().split('\n')
    expect(lines[0]).toMatch(/^TIME +EVENT +USER +BY/)
    expect(lines[1]).toContain('login_failure')
    expect(lines).toHaveLength(4)
  })

  it('shows what was done to one user, to programs page by page', async () => {
    const first = await list('--user', 'amy', '--limit', '1', '--json')
    expect(first.json).toMatchObject({ events: [{ event: 'login_failure', auth_id: amy }] })

    const before = String(first.json['next_before'])
    const second = await list('--user', amy, '--before', before, '--json')

    expect(second.json).toMatchObject({ events: [{ event: 'signup' }], next_before: null })
  })

  it('shows one kind of events, since a time', async () => {
    const failures = await list('--event', 'login_failure', '--since', '2020-01-01', '--json')
    expect(failures.json['events']).toHaveLength(1)

    expect((await list('--since', '2100-01-01')).output).toBe('There are no such events.\n')
  })

  it('shows what was done to a user who is no more', async () => {
    const { user_id: id } = await server.signUp('cat')
    await runCommand(['user', 'delete', 'cat', '--yes'], { environment: databaseOf(server) })

    const { json } = await list('--user', id, '--json')

    expect(json['events']).toMatchObject([
      { event: 'delete_user', actor: '_master', client: 'skygear-server' },
      { event: 'signup' },
    ])
  })

  it('refuses an event that there is not', async () => {
    expect((await list('--event', 'nothing')).code).toBe(2)
  })
})

function list(...options: string[]) {
  return runCommand(['audit', 'list', ...options], { environment: databaseOf(server) })
}
