import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A proxy that can keep answers back for a while. */
export interface HoldingProxy {
  url: string
  /** Keeps back the next answer to this path until the returned function is called. */
  hold(path: string): { arrived: Promise<void>; release(): void }
  close(): Promise<void>
}

/** Starts a proxy in front of a server. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  const held = new Map<string, { arrive(): void; released: Promise<void> }>()

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/'
    const holding = held.get(path)
    held.delete(path)

    const answer = await fetch(new URL(path, target), {
      method: 'POST',
      headers: forwarded(request),
      body: await buffer(request),
    })
    const body = await answer.text()
    holding?.arrive()
    await holding?.released
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(body)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold(path) {
      const arrival = Promise.withResolvers<void>()
      const release = Promise.withResolvers<void>()
      held.set(path, { arrive: arrival.resolve, released: release.promise })
      return { arrived: arrival.promise, release: release.resolve }
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forwarded(request: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith('x-') || name === 'content-type') headers.set(name, String(value))
  }
  return headers
}
