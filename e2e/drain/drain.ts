import { setTimeout as sleep } from 'node:timers/promises'
import { createConnectionClient, type Exchange } from '../connection-client.ts'
import type { Database } from '../database.ts'
import { startServerProcess } from '../server-process.ts'
import { type Server, signUp } from '../wire.ts'

/** What became of a server that was told to stop under load. */
export interface Drain {
  /** Answered as if nothing were the matter, and how many of them after SIGTERM. */
  answered: number
  answeredLate: number
  /** Accepted requests that were not answered so. */
  failed: Exchange[]
  /** Requests that the server never took up; whoever sent them may send them elsewhere. */
  turnedAway: number
  /** What health said after SIGTERM, on a connection of before. */
  healthWhileStopping: number[]
  /** The code that the server ended with, or the signal. */
  ended: number | string
  seconds: number
}

interface DrainPlan {
  database: Database
  /** See `startServerProcess`. */
  program: string
  workers?: number
  /** From the start of the load to SIGTERM. */
  loadMs: number
}

const PASSWORD = 'correct horse battery'

/** Clients that keep their connection, and clients that open one for each request. */
const CLIENTS = [
  ...Array.from({ length: 4 }, () => ({ action: 'me', keepAlive: true })),
  ...Array.from({ length: 3 }, () => ({ action: 'auth:login', keepAlive: true })),
  ...Array.from({ length: 4 }, () => ({ action: 'me', keepAlive: false })),
  ...Array.from({ length: 3 }, () => ({ action: 'auth:login', keepAlive: false })),
]

/** Between two requests of a client at most; less than any server waits for the next. */
const PAUSE_MS = 20

/**
 * Sends SIGTERM to a server under load.
 *
 * A request was accepted if it was sent on a connection that had answered before without saying that
 * it would end, if its connection was established before SIGTERM was sent, or if any byte of an
 * answer came. Connections that are made later may be turned away.
 */
export async function drainUnderLoad({ database, loadMs, ...how }: DrainPlan): Promise<Drain> {
  const server = await startServerProcess({ ...how, databaseUrl: database.url })
  try {
    const user = await signUp(server, { username: `amy-${Date.now()}` }, PASSWORD)
    const load = startLoad(server, String(user.profile['username']), user.access_token)
    await sleep(loadMs)
    const toldAt = performance.now()
    const ended = await server.terminate()
    const seconds = (performance.now() - toldAt) / 1_000
    const exchanges = await load.stop()
    return { ...judge(exchanges, toldAt), ended, seconds }
  } finally {
    await server.kill()
  }
}

interface Load {
  /** Gives all requests; health's among them. */
  stop(): Promise<Timed[]>
}

interface Timed extends Exchange {
  endedAt: number
}

function startLoad(server: Server, username: string, token: string): Load {
  let isOver = false
  const exchanges: Timed[] = []
  const bodies: Record<string, Record<string, unknown>> = {
    me: { access_token: token },
    'auth:login': { auth_data: { username }, password: PASSWORD },
    '_status:healthz': {},
  }
  const clients = [...CLIENTS, { action: '_status:healthz', keepAlive: true }]
  const running = clients.map(async ({ action, keepAlive }) => {
    const client = createConnectionClient(server, keepAlive)
    while (!isOver) {
      const exchange = await client.send(action, bodies[action]!)
      exchanges.push({ ...exchange, endedAt: performance.now() })
      if (exchange.connectedAt === undefined) break
      await sleep(Math.random() * PAUSE_MS)
    }
    client.close()
  })
  return {
    async stop() {
      isOver = true
      await Promise.all(running)
      return exchanges
    },
  }
}

function judge(exchanges: Timed[], toldAt: number): Omit<Drain, 'ended' | 'seconds'> {
  const isHealth = ({ action }: Exchange) => action === '_status:healthz'
  const isAnswered = (exchange: Timed) => exchange.status === 200
  const isAccepted = ({ isReused, connectedAt, received }: Timed) =>
    isReused || received > 0 || (connectedAt !== undefined && connectedAt < toldAt)
  const requests = exchanges.filter((exchange) => !isHealth(exchange))
  const answered = requests.filter(isAnswered)
  const others = requests.filter((exchange) => !isAnswered(exchange))
  return {
    answered: answered.length,
    answeredLate: answered.filter(({ endedAt }) => endedAt > toldAt).length,
    failed: others.filter(isAccepted),
    turnedAway: others.filter((exchange) => !isAccepted(exchange)).length,
    healthWhileStopping: exchanges
      .filter((exchange) => isHealth(exchange) && exchange.endedAt > toldAt)
      .flatMap(({ status }) => status ?? []),
  }
}
