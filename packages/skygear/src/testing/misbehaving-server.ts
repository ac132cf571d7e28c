import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as it arrived. */
export interface Arrived {
  path: string
  headers: IncomingMessage['headers']
  body: { [name: string]: unknown }
}

/** A server that is up to no good. */
export interface MisbehavingServer {
  url: string
  arrived: Arrived[]
  close(): Promise<void>
}

/** Starts a server that does with every request as it is told. */
export async function startMisbehavingServer(
  misbehave: (response: ServerResponse, request: Arrived) => void,
): Promise<MisbehavingServer> {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString())
      const last = { path: request.url ?? '', headers: request.headers, body }
      arrived.push(last)
      misbehave(response, last)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrived,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with a status and JSON. */
export function answerJSON(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
