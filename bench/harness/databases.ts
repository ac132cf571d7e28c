import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import startCluster, {
  openTestDatabase,
} from '../../packages/server/src/testing/postgres-cluster.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

export const ENGINES = ['sqlite', 'postgres'] as const

export type Engine = (typeof ENGINES)[number]

/** An empty database that ends with this process. */
export interface BenchDatabase {
  engine: Engine
  url: string
  /** Runs statements past the server. */
  run(statements: string): Promise<void>
  stop(): Promise<void>
}

export async function startDatabase(engine: Engine): Promise<BenchDatabase> {
  return engine === 'sqlite' ? startSqlite() : startPostgres()
}

/** In a folder of `TMPDIR`. */
export function startSqlite(): BenchDatabase {
  const file = `${makeTemporaryFolder()}/skygear.db`
  return {
    engine: 'sqlite',
    url: `sqlite:${file}`,
    async run(statements) {
      const database = new DatabaseSync(file)
      database.exec(statements)
      database.close()
    },
    async stop() {},
  }
}

/** A real PostgreSQL with its defaults, or a database of the one that TEST_DATABASE_URL names. */
async function startPostgres(): Promise<BenchDatabase> {
  const stopCluster = await startCluster()
  const url = await openTestDatabase(`skygear_bench_${process.pid}`)
  return {
    engine: 'postgres',
    url,
    async run(statements) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(statements)
      await client.end()
    },
    async stop() {
      await stopCluster?.()
    },
  }
}
