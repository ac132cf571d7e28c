import { readFileSync, renameSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import { makeTestDirectory, startTestServer, type TestServer } from '../testing/test-server.ts'

const WAIT = { timeout: 15_000, interval: 50 }

it('appends events to a file, which may be moved away', async () => {
  const file = join(makeTestDirectory(), 'audit.jsonl')
  const server = await start(pathToFileURL(file).href)
  const { user_id: amy } = await server.signUp('amy')
  await vi.waitFor(() => expect(eventsIn(readFileSync(file, 'utf8'))).toHaveLength(1), WAIT)
  renameSync(file, `${file}.1`)

  await server.signUp('bea')

  await vi.waitFor(() => expect(eventsIn(readFileSync(file, 'utf8'))).toHaveLength(1), WAIT)
  expect(eventsIn(readFileSync(`${file}.1`, 'utf8'))).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      time: expect.stringMatching(/Z$/),
      event: 'signup',
      auth_id: amy,
      actor: null,
      data: { login_ids: ['username'] },
      address: '127.0.0.1',
      client: expect.any(String),
      tcp_remote_addr: expect.any(String),
    },
  ])
})

it('sends events again that a URL did not accept, and each that it did once', async () => {
  const received: string[] = []
  let failures = 1
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      response.statusCode = failures-- > 0 ? 503 : 204
      if (response.statusCode === 204) received.push(body)
      response.end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    receiver.closeAllConnections()
    receiver.close()
  })
  const { port } = receiver.address() as AddressInfo
  const server = await start(`http://127.0.0.1:${port}/audit`)

  for (const name of ['amy', 'bea', 'cat']) await server.signUp(name)

  await vi.waitFor(() => expect(eventsIn(received.join(''))).toHaveLength(3), WAIT)
  await vi.waitFor(async () => {
    expect(await server.sql('select id from audit_event where due_at is not null')).toEqual([])
  }, WAIT)
  const ids = eventsIn(received.join('')).map(({ id }) => String(id))
  expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)))
  expect(new Set(ids).size).toBe(3)
})

async function start(url: string): Promise<TestServer> {
  const server = await startTestServer({ USER_AUDIT_TRAIL_HANDLER_URL: url })
  onTestFinished(server.close)
  return server
}

function eventsIn(lines: string): Record<string, string>[] {
  const given = lines.split('\n').filter((line) => line !== '')
  return given.map((line) => JSON.parse(line) as Record<string, string>)
}
