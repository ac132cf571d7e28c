import type { Server } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '../errors.ts'
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

/** When nobody has connected for so long, nobody is left who did before the server was to stop. */
const QUIET_MS = 100

/** By then whatever is still under way is cut off when the server stops. */
const STOP_WITHIN_MS = 8_000

/** How long a refused connection has to take its answer. */
const REFUSED_MS = 1_000

/** The socket side of the server; nothing else knows of connections. */
export interface NodeServer {
  /** Starts to listen, and gives the port. Rejects when the address cannot be had. */
  listen(address: string, port: number): Promise<number>
  connections(): number
  requestsInFlight(): number
  /** Stops listening, lets requests under way finish, and ends all connections. */
  close(): Promise<void>
}

/** Connections over `maxConnections` are told at once that the server is busy. */
export function createNodeServer(
  handleRequest: HandleRequest,
  pubsub: Pubsub,
  maxConnections: number,
): NodeServer {
  let connections = 0
  let accepted = 0
  let underWay = 0
  let isStopping = false
  let isGraceOver = false
  // An import statement would load all of the module at once, its WebSocket client included.
  const { createServer } = process.getBuiltinModule('node:http')
  const server = createServer(timeouts, (request, response) => {
    underWay += 1
    // Whoever is still connected then has an answer that says that no other will follow.
    if (isStopping) response.setHeader('Connection', 'close')
    response.once('close', () => {
      underWay -= 1
      endIdleConnections()
    })
    void handleRequest(request, response)
  })
  // Node's own listener, which reads requests, is not to see the connections that are refused.
  const [serveConnection] = server.listeners('connection') as [(socket: Socket) => void]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    accepted += 1
    if (connections >= maxConnections) return refuse(socket)
    connections += 1
    socket.once('close', () => (connections -= 1))
    serveConnection.call(server, socket)
  })
  server.on('upgrade', (request, socket) => pubsub.accept(request, socket))
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy()
    socket.end(malformedRequest(error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400))
  })

  /** Kept-alive connections would hold up the end. */
  function endIdleConnections(): void {
    if (!isGraceOver) return
    if (underWay === 0) server.closeAllConnections()
    else server.closeIdleConnections()
  }

  /**
   * Connections that the system has made and that nobody has seen yet would be cut off. They arrive
   * one by one: each turn of the event loop accepts one, and workers are handed theirs.
   */
  async function acceptWaiting(): Promise<void> {
    const giveUpAt = performance.now() + GRACE_MS
    for (let before = -1; before < accepted && performance.now() < giveUpAt; ) {
      before = accepted
      await sleep(QUIET_MS)
    }
  }

  async function close(): Promise<void> {
    isStopping = true
    await acceptWaiting()
    // Not http.Server's own, which ends waiting connections at once: a request that is on its way
    // on one of them would be lost.
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve())
    })
    const grace = setTimeout(() => {
      isGraceOver = true
      endIdleConnections()
    }, GRACE_MS)
    const limit = setTimeout(() => server.closeAllConnections(), STOP_WITHIN_MS)
    await closed
    clearTimeout(grace)
    clearTimeout(limit)
    // Ends the timer that looks for slow connections.
    server.close()
  }

  return {
    listen: (address, port) => listen(server, address, port),
    connections: () => connections,
    requestsInFlight: () => underWay,
    close,
  }
}

/** What the client sends is thrown away: a connection closed on it would lose the answer. */
function refuse(socket: Socket): void {
  const error = new ApiError('ResponseTimeout', 'The server has too many connections.')
  socket.on('error', () => {})
  socket.setTimeout(REFUSED_MS, () => socket.destroy())
  socket.resume()
  socket.end(rawAnswer('503 Service Unavailable', error, ['Retry-After: 1']))
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
  const reason = status === 431 ? '431 Request Header Fields Too Large' : '400 Bad Request'
  return rawAnswer(reason, new ApiError('BadRequest', 'The request is not well-formed HTTP.'))
}

/** The text of an answer on a connection that ends with it. */
function rawAnswer(status: string, error: ApiError, headers: string[] = []): string {
  const body = JSON.stringify({ error })
  return [
    `HTTP/1.1 ${status}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...headers,
    '',
    body,
  ].join('\r\n')
}
