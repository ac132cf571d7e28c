import type { Server } from 'node:http'
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

/** How long a connection that was accepted has to say what it wants when the server stops. */
const GRACE_MS = 1_000

/** The socket side of the server; nothing else knows of connections. */
export interface NodeServer {
  /** Starts to listen, and gives the port. Rejects when the address cannot be had. */
  listen(address: string, port: number): Promise<number>
  /** Stops listening, lets requests under way finish, and ends all connections. */
  close(): Promise<void>
}

export function createNodeServer(handleRequest: HandleRequest, pubsub: Pubsub): NodeServer {
  let underWay = 0
  let isGraceOver = false
  // An import statement would load all of the module at once, its WebSocket client included.
  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer(timeouts, (request, response) => {
    underWay += 1
    response.once('close', () => {
      underWay -= 1
      endIdleConnections()
    })
    void handleRequest(request, response)
  })
  server.on('upgrade', (request, socket) => pubsub.accept(request, socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy()
    socket.end(malformedRequest(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400))
  })

  /** Kept-alive connections would hold up the end. */
  function endIdleConnections(): void {
    if (server.listening) return
    if (underWay === 0 && isGraceOver) server.closeAllConnections()
    else server.closeIdleConnections()
  }

  return {
    listen: (address, port) => listen(server, address, port),
    close: () =>
      new Promise((resolve) => {
        const grace = setTimeout(() => {
          isGraceOver = true
          endIdleConnections()
        }, GRACE_MS)
        server.close(() => {
          clearTimeout(grace)
          resolve()
        })
        endIdleConnections()
      }),
  }
}

function listen(server: Server, address: string, port: number): Promise<number> {
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
