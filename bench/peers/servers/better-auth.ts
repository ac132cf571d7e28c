/** Better Auth on node:http, without its rate limit and its log. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { SECRET } from '../better-auth.ts'
import { chosenHasher, databaseUrl, requirePeer } from './settings.ts'

interface Auth {
  options: unknown
}

const { betterAuth } = requirePeer('better-auth') as { betterAuth(options: object): Auth }
const { toNodeHandler } = requirePeer('better-auth/node') as {
  toNodeHandler(auth: Auth): RequestListener
}
const { getMigrations } = requirePeer('better-auth/db/migration') as {
  getMigrations(options: unknown): Promise<{ runMigrations(): Promise<void> }>
}

const hasher = await chosenHasher()
const server = createServer()
server.listen(0, '127.0.0.1', () => void serve())
// Open connections do not keep it.
process.once('SIGTERM', () => process.exit())

async function serve(): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const auth = betterAuth({
    baseURL: url,
    secret: SECRET,
    database: openDatabase(),
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (password: string) => hasher.hash(password),
        verify: (given: { hash: string; password: string }) =>
          hasher.verify(given.password, given.hash),
      },
    },
    rateLimit: { enabled: false },
    logger: { disabled: true },
    telemetry: { enabled: false },
  })
  const { runMigrations } = await getMigrations(auth.options)
  await runMigrations()
  server.on('request', toNodeHandler(auth))
  console.log(url)
}

function openDatabase(): unknown {
  if (!databaseUrl.startsWith('sqlite:')) {
    const { Pool } = requirePeer('pg') as { Pool: new (options: object) => unknown }
    return new Pool({ connectionString: databaseUrl })
  }
  const database = new DatabaseSync(databaseUrl.slice('sqlite:'.length))
  // As ours is: without a log of its own, every commit waits for the disk twice.
  database.exec('pragma journal_mode = wal; pragma synchronous = full')
  return database
}
