import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ USER_AUDIT_PW_HISTORY_SIZE: '3' })
})

afterAll(() => server.close())

describe('skygear-server user delete', () => {
  it('ends the sessions in a server that runs, from the next request on', async () => {
    const { access_token: token } = await server.signUp('amy')
    expect((await server.call('me', {}, { token })).status).toBe(200)

    expect((await remove('amy')).code).toBe(0)

    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('lets another user take the name', async () => {
    await server.signUp('bea')

    await remove('bea')

    expect((await server.signUp('bea')).profile['username']).toBe('bea')
  })

  it('leaves nothing of the user but public records', async () => {
    const { access_token: token, user_id: id } = await server.signUp('cat')
    await save(token, '_private', { _id: 'note/secret', body: 'mine' })
    await save(token, '_public', { _id: 'note/public', body: 'ours' })

    await remove('cat')

    const tables = ['account', 'login_id', 'session', 'password_history']
    for (const table of tables) {
      const column = table === 'account' ? 'id' : 'user_id'
      expect(await server.sql(`select * from ${table} where ${column} = ?`, id)).toEqual([])
    }
    expect(
      await server.sql('select type, key from record where owner_id = ? or key = ?', id, id),
    ).toEqual([{ type: 'note', key: 'public' }])
  })

  it('takes the fields out that referred to the user', async () => {
    const { user_id: id } = await server.signUp('dan')
    const { access_token: token } = await server.signUp('eve')
    const friend = { $type: 'ref', $id: `user/${id}` }
    await save(token, '_public', { _id: 'note/1', friend, body: 'hello' })

    await remove('dan')

    const [record] = await server.sql<{ fields: string }>(
      "select fields from record where type = 'note' and key = '1'",
    )
    expect(JSON.parse(record!.fields)).toEqual({ body: 'hello' })
    // It can be saved again, which a reference to nobody would prevent.
    await save(token, '_public', { _id: 'note/1', body: 'changed' })
  })

  it('asks first, for which there is no terminal here', async () => {
    const { user_id: id } = await server.signUp('fay')

    const { code, errors } = await run('fay')

    expect(code).toBe(1)
    expect(errors).toBe(
      `Delete the user ${id} for good? There is no terminal to ask; give --yes.\n`,
    )
    const body = { auth_data: { username: 'fay' }, password: testPassword }
    expect((await server.call('auth:login', body)).status).toBe(200)
  })
})

function remove(name: string) {
  return run(name, '--yes')
}

function run(...given: string[]) {
  return runCommand(['user', 'delete', ...given], { environment: databaseOf(server) })
}

async function save(
  token: string,
  database: string,
  record: Record<string, unknown>,
): Promise<void> {
  const body = { database_id: database, records: [record] }
  const { result } = await server.call('record:save', body, { token })
  expect(result).toEqual([expect.objectContaining({ _type: 'record' })])
}
