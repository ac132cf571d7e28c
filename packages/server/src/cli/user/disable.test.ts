import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseOf, runCommand } from '../../testing/run-command.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('skygear-server user disable', () => {
  it('keeps a user out of a server that runs, from the next request on', async () => {
    const { access_token: token } = await server.signUp('amy')
    expect((await server.call('me', {}, { token })).status).toBe(200)

    await run('disable', 'amy', '--message', 'Call us.', '--until', '2130-01-31T12:00:00Z')

    const { error } = await server.call('me', {}, { token })
    expect(error).toMatchObject({
      code: 127,
      info: { message: 'Call us.', expiry: '2130-01-31T12:00:00Z' },
    })
  })

  it('refuses a time that is none', async () => {
    await server.signUp('bea')

    expect(await run('disable', 'bea', '--until', 'tomorrow')).toMatchObject({
      code: 1,
      errors: 'Invalid expiry.\n',
    })
  })
})

describe('skygear-server user enable', () => {
  it('lets the user in again, with the session of before', async () => {
    const { access_token: token } = await server.signUp('cat')
    await run('disable', 'cat')
    expect((await server.call('me', {}, { token })).error?.code).toBe(127)

    const { json } = await run('enable', 'cat', '--json')

    expect(json['disabled']).toBe(false)
    expect((await server.call('me', {}, { token })).status).toBe(200)
  })
})

function run(...given: string[]) {
  return runCommand(['user', ...given], { environment: databaseOf(server) })
}
