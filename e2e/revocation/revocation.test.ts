import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
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

  it('TK-03, AD-04: refuse a token that has ended through another process on the next request', async () => {
    const outcome = await revokeEverywhere({ servers, tokens: TOKENS, seed: 1 })

    expect(outcome).toMatchObject({ tokens: TOKENS, letIn: [], wrong: [] })
    expect(outcome.requests).toBeGreaterThan(100)
  }, 60_000)
})

describe('the count', () => {
  it('finds requests that are let in although the end was acknowledged', async () => {
    const server = await startTestServer()
    onTestFinished(() => server.close())
    const hasty = await startHastyServer(server.url)
    onTestFinished(() => hasty.close())

    const servers = [server, { ...server, url: hasty.url }]
    const { letIn } = await revokeEverywhere({ servers, tokens: TOKENS, seed: 1 })

    expect(letIn.length).toBeGreaterThan(0)
  }, 60_000)
})

/** Hands requests on, but acknowledges a log-out a moment before it is done. */
async function startHastyServer(url: string): Promise<{ url: string; close(): void }> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request)
    const forward = () => fetch(`${url}${request.url}`, { method: 'POST', body })
    if (request.url === '/auth/logout') {
      setTimeout(() => void forward(), HASTE_MS)
      return response.end('{"result":{"status":"OK"}}')
    }
    const forwarded = await forward()
    return response.writeHead(forwarded.status).end(await forwarded.text())
  }
  const proxy = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => proxy.close() }
}

const HASTE_MS = 50
