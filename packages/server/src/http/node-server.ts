import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import type { HandleRequest } from './handle-request.ts'
import type { Pubsub } from './pubsub.ts'

/** Slow or silent senders are cut off; a connection that waits outlives a proxy's patience. */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
}

/** The socket side of the server; nothing else knows of connections. */
export function createNodeServer(handleRequest: HandleRequest, pubsub: Pubsub): Server {
  const server = createServer(timeouts, (request, response) => {
    void handleRequest(request, response)
  })
  server.on('upgrade', (request, socket) => pubsub.accept(request, socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy()
    socket.end(malformedRequest(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400))
  })
  return server
}

/** Starts to listen, and gives the port. Rejects when the address cannot be had. */
export function listen(server: Server, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      const bound = server.address()
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port)
    })
  })
}

function malformedRequest(status: 400 | 431): string {
  const body = JSON.stringify({
    error: { name: 'BadRequest', code: 107, message: 'The request is not well-formed HTTP.' },
  })
  const reason = status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'
  return [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
