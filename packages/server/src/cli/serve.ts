import { createLog } from '../log.ts'
import { createServer } from '../server.ts'
import { findUnservedSettings, loadSettings } from '../settings.ts'
import { keyFileOf, needsKeyFile, withKeys } from './keys.ts'
import { welcome } from './welcome.ts'

interface ServeOptions {
  /** For the developer's own machine. */
  dev?: boolean
}

/** Runs the server until SIGINT or SIGTERM. */
export async function serve({ dev = false }: ServeOptions): Promise<void> {
  const given = loadSettings(process.env)
  const settings = withKeys(given)
  const log = createLog(settings)
  for (const name of findUnservedSettings(process.env)) {
    log.warn(`${name} is set, but has no meaning for this server`)
  }
  const server = await createServer(settings, { log, dev })
  const stop = () => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, 'the server did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.stdout.write(
    welcome({
      url: server.url,
      apiKey: settings.apiKey,
      database: server.database,
      devInboxUrl: server.devInboxUrl,
      keyFile: needsKeyFile(given) ? keyFileOf(settings) : undefined,
    }),
  )
}
