import cluster from 'node:cluster'
import { InvalidArgumentError } from 'commander'
import type { Logger } from 'pino'
import { createLog } from '../log.ts'
import { readableLog } from '../readable-log.ts'
import { createServer } from '../server.ts'
import { findUnservedSettings, loadSettings, type Settings, SettingsError } from '../settings.ts'
import { examineKeys } from './checks/keys.ts'
import { keyFileOf, needsKeyFile, withKeys } from './keys.ts'
import { welcome } from './welcome.ts'
import { joinWorkers, type Listening, metricsOfOthers, startWorkers } from './workers.ts'

export interface ServeOptions {
  /** Processes that share the work. */
  workers: number
  /**
   * For the developer's own machine: mails are shown there when no mail server is set, any keys will
   * do, and the log is for people. Of no effect where NODE_ENV is `production`.
   */
  dev?: boolean
}

/** Runs the server until SIGINT or SIGTERM. */
export async function serve({ workers, dev: isAsked = false }: ServeOptions): Promise<void> {
  const dev = isAsked && process.env['NODE_ENV'] !== 'production'
  const given = loadSettings(process.env)
  const settings = withKeys(given)
  // On the developer's own machine anything will do.
  if (!dev) refuseUnsafeKeys(given)
  const log = createLog(settings, dev ? readableLog(process.stdout) : undefined)
  if (cluster.isWorker) return serveAsWorker(settings, log, workers)
  for (const name of findUnservedSettings(process.env)) {
    log.warn(`${name} is set, but has no meaning for this server`)
  }
  const listening =
    workers > 1 ? await serveByWorkers(workers, log) : await serveAlone(settings, log, dev)
  if (!listening) return
  const keyFile = needsKeyFile(given) ? keyFileOf(settings) : undefined
  const { apiKey } = settings
  const hasMasterKey = !given.masterKey
  process.stdout.write(welcome({ ...listening, apiKey, keyFile, hasMasterKey }))
}

/** Throws SettingsError for keys that `doctor` calls a problem, with what to do. */
function refuseUnsafeKeys(settings: Settings): void {
  const found = examineKeys(settings).find(({ status }) => status === 'problem')
  if (found) throw new SettingsError(`${found.what} ${found.remedy}`)
}

/** Reads the option. Throws InvalidArgumentError. */
export function parseWorkers(text: string): number {
  const workers = Number(text)
  if (Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS) return workers
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MAX_WORKERS}.`)
}

const MAX_WORKERS = 256

async function serveAlone(settings: Settings, log: Logger, dev: boolean): Promise<Listening> {
  const server = await createServer(settings, { log, dev })
  stopOnSignal(log, () => server.close().then(() => 0))
  return server
}

async function serveAsWorker(settings: Settings, log: Logger, workers: number): Promise<void> {
  const server = await createServer(settings, { log, workers, otherMetrics: metricsOfOthers })
  stopOnSignal(log, () => server.close().then(() => 0))
  joinWorkers({ url: server.url, database: server.database }, server.metrics)
}

async function serveByWorkers(count: number, log: Logger): Promise<Listening | undefined> {
  const workers = await startWorkers(count, log)
  if (!workers) {
    process.exitCode = 1
    return undefined
  }
  stopOnSignal(log, workers.stop)
  return workers.listening
}

/** `stop` gives the exit code. A terminal sends SIGINT to all processes, so it may come twice. */
function stopOnSignal(log: Logger, stop: () => Promise<number>): void {
  let isStopping = false
  const end = () => {
    if (isStopping) return
    isStopping = true
    stop().then(
      (code) => process.exit(code),
      (error: unknown) => {
        log.error({ error }, 'the server did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}
