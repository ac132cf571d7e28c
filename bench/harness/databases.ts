import { DatabaseSync } from 'node:sqlite'
import startCluster, {
  openTestDatabase,
  runTestSql,
} from '../../packages/server/src/testing/postgres-cluster.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

export const ENGINES = ['sqlite', 'postgres'] as const

export type Engine = (typeof ENGINES)[number]

/** An empty database that ends with this process. */
export interface BenchDatabase {
  engine: Engine
  url: string
  /** Runs a statement past the server. */
  run(statement: string): Promise<void>
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
    async run(statement) {
      const database = new DatabaseSync(file)
      database.exec(statement)
      database.close()
    },
    async stop() {},
  }
}

/** A real PostgreSQL with its defaults, or a database of the one that TEST_DATABASE_URL names. */
async function startPostgres(): Promise<BenchDatabase> {
  const stopCluster = await startCluster()
  const name = `skygear_bench_${process.pid}`
  const url = await openTestDatabase(name)
  return {
    engine: 'postgres',
    url,
    async run(statement) {
      await runTestSql(name, statement, [])
    },
    async stop() {
      await stopCluster?.()
    },
  }
}
