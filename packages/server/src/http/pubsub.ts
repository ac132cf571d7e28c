import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { KeyKind } from '../security/api-key.ts'

const paths = new Set(['/pubsub', '/_/pubsub'])

/** Nobody has anything to say on these sockets. */
const MAX_MESSAGE_BYTES = 65_536

/** Sockets of clients that vanished are noticed after about so long. */
const PROBE_AFTER_MS = 60_000

/** How long a client has to say goodbye when the server stops. */
const CLOSE_AFTER_MS = 1_000

export interface Pubsub {
  /** Takes over a connection that asks for another protocol. */
  accept(request: IncomingMessage, socket: Duplex & { setKeepAlive?: SetKeepAlive }): void
  close(): void
}

type SetKeepAlive = (enable: boolean, delay: number) => void

/**
 * Every published SDK opens two sockets and retries for ever, so they are accepted and stay idle:
 * there is no publishing and subscribing here.
 */
export function createPubsub(keyKindOf: (key: string) => KeyKind | undefined): Pubsub {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  sockets.on('connection', (socket) => {
    // A client's broken frame ends its own socket and nothing else.
    socket.on('error', () => socket.terminate())
  })

  return {
    accept(request, socket) {
      // Node leaves the socket to us, so nobody else would hear that its client is gone.
      socket.on('error', () => socket.destroy())
      const url = URL.parse(request.url ?? '/', 'http://localhost')
      if (!url) return refuse(socket, '400 Bad Request')
      const key = request.headers['x-skygear-api-key'] ?? url.searchParams.get('api_key')
      if (!paths.has(url.pathname)) return refuse(socket, '404 Not Found')
      if (typeof key !== 'string' || !keyKindOf(key)) return refuse(socket, '401 Unauthorized')
      socket.setKeepAlive?.(true, PROBE_AFTER_MS)
      sockets.handleUpgrade(request, socket, Buffer.alloc(0), (client) => {
        sockets.emit('connection', client, request)
      })
    },
    close() {
      for (const client of sockets.clients) {
        client.close(1001)
        // One that is gone will not confirm it.
        setTimeout(() => client.terminate(), CLOSE_AFTER_MS).unref()
      }
      sockets.close()
    },
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
