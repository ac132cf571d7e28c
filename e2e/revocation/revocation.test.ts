import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type ServerProcess, SOURCE, startServerProcess } from '../server-process.ts'
import { revokeEverywhere } from './revoke-everywhere.ts'

/** Each is tried several times on every other connection: some hundred requests. */
const TOKENS = 20

describe.each([
  { tokenStore: 'opaque', processes: 2, workers: 0 },
  { tokenStore: 'jwt', processes: 2, workers: 0 },
  { tokenStore: 'opaque', processes: 1, workers: 2 },
])('$processes × serve --workers $workers, TOKEN_STORE=$tokenStore', (plan) => {
  // Its database is the one that the processes share.
  let owner: TestServer
  let servers: ServerProcess[] = []

  beforeAll(async () => {
    owner = await startTestServer()
    const settings = { TOKEN_STORE: plan.tokenStore }
    const how = { program: SOURCE, databaseUrl: owner.databaseUrl, workers: plan.workers, settings }
    servers = await Promise.all(
      Array.from({ length: plan.processes }, () => startServerProcess(how)),
    )
  }, 60_000)

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()))
    await owner.close()
  })

  it('refuse a token that has ended through another process on the next request', async () => {
    const outcome = await revokeEverywhere({ servers, tokens: TOKENS, seed: 1 })

    expect(outcome).toMatchObject({ tokens: TOKENS, letIn: [], wrong: [] })
    expect(outcome.requests).toBeGreaterThan(100)
  }, 60_000)
})
