import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type PostgresProcess,
  startPostgres,
} from '../packages/server/src/testing/postgres-process.ts'

export const ENGINES = ['sqlite', 'postgres'] as const

export type Engine = (typeof ENGINES)[number]

export type Row = Record<string, unknown>

/** An empty database of a test's own, to be used behind the server's back too. */
export interface Database {
  url: string
  /** Runs one statement and gives its rows. */
  sql(statement: string): Promise<Row[]>
  /** Undefined for SQLite, which has no process. */
  postgres: PostgresProcess | undefined
  /** Removes it. */
  remove(): Promise<void>
}

export async function createDatabase(engine: Engine): Promise<Database> {
  return engine === 'sqlite' ? createSqlite() : createPostgres()
}

function createSqlite(): Database {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-e2e-'))
  const file = path.join(folder, 'skygear.db')
  return {
    url: `sqlite:${file}`,
    async sql(statement) {
      const database = new DatabaseSync(file, { timeout: 5_000 })
      try {
        return database.prepare(statement).all()
      } finally {
        database.close()
      }
    },
    postgres: undefined,
    async remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function createPostgres(): Promise<Database> {
  const postgres = await startPostgres()
  return { url: postgres.url, sql: postgres.sql, postgres, remove: postgres.remove }
}
