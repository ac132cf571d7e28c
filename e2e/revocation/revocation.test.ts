import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type ServerProcess, SOURCE, startServerProcess } from '../server-process.ts'
import { revokeEverywhere } from './revoke-everywhere.ts'

/** Each is tried several times on every other connection: some hundred requests. */
const TOKENS = 20

describe.each(['opaque', 'jwt'])('a token that ends, with TOKEN_STORE=%s', (tokenStore) => {
  // Its database is the one that the processes share.
  let owner: TestServer
  let servers: ServerProcess[] = []

  beforeAll(async () => {
    owner = await startTestServer()
    const { databaseUrl } = owner
    const settings = { TOKEN_STORE: tokenStore }
    servers = await Promise.all(
      [1, 2].map(() => startServerProcess({ program: SOURCE, databaseUrl, settings })),
    )
  }, 60_000)

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.kill()))
    await owner.close()
  })

  it('is refused by another process on the next request', async () => {
    const outcome = await revokeEverywhere({ servers, tokens: TOKENS, seed: 1 })

    expect(outcome).toMatchObject({ tokens: TOKENS, letIn: [], wrong: [] })
    expect(outcome.requests).toBeGreaterThan(100)
  }, 60_000)
})
