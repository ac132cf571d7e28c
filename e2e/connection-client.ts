import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { pathOf, type Server } from './wire.ts'

/** One request and what became of it, with times of performance.now(). */
export interface Exchange {
  action: string
  /** The connection had answered before, and had not said that it would end. */
  isReused: boolean
  /** When the connection was there; undefined when it could not be had. */
  connectedAt: number | undefined
  /** Bytes of the answer that came, on this connection, for this request. */
  received: number
  /** Of an answer that came whole. */
  status: number | undefined
  body: unknown
  /** Why none came whole. */
  error: string | undefined
}

/** A client with one connection, which it keeps for as long as the server does, or never. */
export interface ConnectionClient {
  send(action: string, body: Record<string, unknown>): Promise<Exchange>
  close(): void
}

const TIMEOUT_MS = 15_000

export function createConnectionClient(server: Server, keepAlive: boolean): ConnectionClient {
  const agent = new Agent({ keepAlive, maxSockets: 1 })
  return {
    close: () => agent.destroy(),
    send: (action, body) =>
      new Promise((resolve) => {
        const exchange: Exchange = {
          action,
          isReused: false,
          connectedAt: undefined,
          received: 0,
          status: undefined,
          body: undefined,
          error: undefined,
        }
        const payload = JSON.stringify({ action, api_key: server.apiKey, ...body })
        const outgoing = request(`${server.url}${pathOf(action)}`, {
          agent,
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'Content-Length': Buffer.byteLength(payload),
          },
          timeout: TIMEOUT_MS,
        })
        let receivedBefore = 0
        outgoing.once('socket', (socket) => {
          exchange.isReused = outgoing.reusedSocket
          receivedBefore = socket.bytesRead
          if (!socket.connecting) exchange.connectedAt = performance.now()
          else socket.once('connect', () => (exchange.connectedAt = performance.now()))
        })
        const end = (error?: Error) => {
          exchange.received = (outgoing.socket?.bytesRead ?? 0) - receivedBefore
          exchange.error = error?.message
          resolve(exchange)
        }
        outgoing.once('timeout', () => outgoing.destroy(new Error('timeout')))
        outgoing.once('error', end)
        outgoing.once('response', (response) => {
          text(response)
            .then((received) => {
              exchange.body = JSON.parse(received)
              exchange.status = response.statusCode
              end()
            })
            .catch(end)
        })
        outgoing.end(payload)
      }),
  }
}
