import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user list', () => {
  it('says when there is nobody', async () => {
    expect(await list()).toMatchObject({ code: 0, output: 'There are no users.\n' })
  })

  it('lists users page by page, in the order of their ids', async () => {
    const ids = []
    for (const name of ['amy', 'bea', 'cat']) ids.push((await server.signUp(name)).user_id)
    ids.sort()

    const first = await list('--json', '--limit', '2')
    const second = await list('--json', '--after', ids[1]!)

    expect(idsOf(first)).toEqual(ids.slice(0, 2))
    expect(first.json['next_after']).toBe(ids[1])
    expect(idsOf(second)).toEqual(ids.slice(2))
    expect(second.json['next_after']).toBeNull()
  })

  it('shows names, in a table', async () => {
    const { output } = await list()

    expect(output).toMatch(/^ID +USERNAME +EMAIL +ROLES +STATE +LAST LOG-IN\n/)
    expect(output).toMatch(/^[\da-f-]{36} +bea +\d{4}-\d\d-\d\dT\S+Z$/m)
  })

  it('shows neither passwords nor their hashes', async () => {
    expect((await list('--json')).output).not.toContain('argon2')
  })

  it('LG-03: does not let a name steer the terminal', async () => {
    const { user_id: id } = await server.signUp('dan')
    await server.sql('update record set fields = ? where key = ?', '{"username":"\\u001b[2J"}', id)

    expect((await list()).output).not.toContain('\u001b')
  })

  it('refuses a limit that is no number', async () => {
    const { code, errors } = await list('--limit', 'all')

    expect(code).toBe(2)
    expect(errors).toContain('It must be a whole number from 1 to 100000.')
  })

  it('does not make a database where there is none', async () => {
    const environment = { DATA_DIR: `${server.dataDirectory}/elsewhere` }

    const { code, errors } = await runCommand(['user', 'list'], { environment })

    expect(code).toBe(1)
    expect(errors).toMatch(/^There is no database at .* yet\. Start the server once, or set .*\n$/)
  })
})

function list(...options: string[]) {
  return runCommand(['user', 'list', ...options], { environment: databaseOf(server) })
}

function idsOf({ json }: { json: Record<string, unknown> }): unknown[] {
  return (json['users'] as { user_id: string }[]).map((user) => user.user_id)
}
