import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { MetricValues } from '../metrics.ts'

/** A worker that dies again and again must not keep the machine busy. */
const RESTART_AFTER_MS = 1_000

/** A worker that does not answer in this time has no part in the sums. */
const METRICS_WITHIN_MS = 1_000

/** What a running server tells of itself. */
export interface Listening {
  url: string
  database: string
  /** Where the developer reads mails that are not sent; undefined when there is no such page. */
  devInboxUrl?: string | undefined
}

/** What workers and the process that starts them tell each other. */
type Message =
  | ({ kind: 'listening' } & Listening)
  | { kind: 'metrics wanted'; id: number }
  | { kind: 'metrics'; id: number; values: MetricValues[] }

/** The workers of one server, seen from the process that started them. */
export interface Workers {
  /** Of the first worker; the others listen at the same address. */
  listening: Listening
  /** Stops them all; resolves with the exit code of this process. */
  stop(): Promise<number>
}

/**
 * Starts `count` processes that run this same command and share its port. One that dies is replaced.
 *
 * Resolves to undefined when the first one could not start, having said why.
 */
export async function startWorkers(count: number, log: Logger): Promise<Workers | undefined> {
  let isStopping = false
  shareMetrics()
  // The first goes ahead: what keeps it from starting would keep the others, and is said once.
  const first = cluster.fork()
  const listening = await listeningOf(first)
  if (!listening) return undefined
  cluster.on('exit', (worker, code, signal) => {
    if (isStopping) return
    log.error({ pid: worker.process.pid, code, signal }, 'a worker has died; another is started')
    setTimeout(() => {
      if (!isStopping) cluster.fork()
    }, RESTART_AFTER_MS)
  })
  await Promise.all(Array.from({ length: count - 1 }, () => listeningOf(cluster.fork())))

  return {
    listening,
    async stop() {
      isStopping = true
      const codes = await Promise.all(runningWorkers().map(stopWorker))
      return codes.every((code) => code === 0) ? 0 : 1
    },
  }
}

/** Undefined when it ended instead. */
function listeningOf(worker: Worker): Promise<Listening | undefined> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve(undefined))
    worker.on('message', (message: Message) => {
      if (message.kind === 'listening') resolve({ url: message.url, database: message.database })
    })
  })
}

async function stopWorker({ process: child }: Worker): Promise<number | null> {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const [code] = (await exit) as [number | null]
  return code
}

function runningWorkers(): Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
}

/** Hands on what the others have counted to a worker that asks. */
function shareMetrics(): void {
  let lastId = 0
  const waiting = new Map<number, (values: MetricValues[]) => void>()
  const ask = (worker: Worker) => {
    lastId += 1
    const id = lastId
    const answer = new Promise<MetricValues[]>((resolve) => waiting.set(id, resolve))
    tell(worker, { kind: 'metrics wanted', id })
    const none = wait(METRICS_WITHIN_MS, [], { ref: false })
    return Promise.race([answer, none]).finally(() => waiting.delete(id))
  }
  cluster.on('message', (asking, message: Message) => {
    if (message.kind === 'metrics') waiting.get(message.id)?.(message.values)
    if (message.kind !== 'metrics wanted') return
    const others = runningWorkers().filter(({ id }) => id !== asking.id)
    void Promise.all(others.map(ask)).then((values) => {
      tell(asking, { kind: 'metrics', id: message.id, values: values.flat() })
    })
  })
}

function tell(worker: Worker, message: Message): void {
  if (worker.isConnected()) worker.send(message)
}

/** The other side: a worker tells that it listens, and counts for the others. */
export function joinWorkers(listening: Listening, values: () => MetricValues): void {
  process.on('message', (message: Message) => {
    if (message.kind === 'metrics wanted') {
      sendUp({ kind: 'metrics', id: message.id, values: [values()] })
    }
  })
  sendUp({ kind: 'listening', ...listening })
}

let lastId = 0

/** What the other workers have counted; asked of the process that started this one. */
export function metricsOfOthers(): Promise<MetricValues[]> {
  lastId += 1
  const id = lastId
  return new Promise((resolve) => {
    const listen = (message: Message) => {
      if (message.kind !== 'metrics' || message.id !== id) return
      process.off('message', listen)
      resolve(message.values)
    }
    process.on('message', listen)
    sendUp({ kind: 'metrics wanted', id })
  })
}

function sendUp(message: Message): void {
  process.send?.(message)
}
