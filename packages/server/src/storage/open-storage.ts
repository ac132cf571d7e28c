import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Finding, ok } from './finding.ts'
import type { SqlEngine } from './sql/engine.ts'
import { examineContents } from './sql/examine-contents.ts'
import { migrate, readMigrationState } from './sql/migrate.ts'
import { createSqlStorage } from './sql/sql-storage.ts'
import { examineSqlite } from './sqlite/examine-sqlite.ts'
import { openSqliteEngine } from './sqlite/sqlite-storage.ts'
import type { MigrationState, Storage } from './storage.ts'

const SQLITE = 'sqlite:'

/**
 * Opens the database that a `DATABASE_URL` names, such as `sqlite:./data/skygear.db` or
 * `postgres://user:password@host/name`, and brings it up to date.
 */
export async function openStorage(databaseUrl: string): Promise<Storage> {
  const storage = await connectStorage(databaseUrl)
  try {
    await storage.prepare()
    return storage
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** The same, for whoever calls `prepare` when the database can be reached. */
export async function connectStorage(databaseUrl: string): Promise<Storage> {
  return createSqlStorage(await openEngine(databaseUrl))
}

/** Brings a database up to date, and gives the names of the migrations that it took. */
export async function migrateDatabase(databaseUrl: string): Promise<string[]> {
  return withEngine(await openEngine(databaseUrl), migrate)
}

/** Which migrations a database has had. Nothing is changed, and no file is made. */
export async function readMigrations(databaseUrl: string): Promise<MigrationState> {
  const file = sqliteFileOf(databaseUrl)
  const isMissing = file !== undefined && !existsSync(file)
  const engine = isMissing ? openSqliteEngine(':memory:') : await openEngine(databaseUrl)
  return withEngine(engine, readMigrationState)
}

/** Looks at a database and what is in it, beside servers that run on it. Changes nothing. */
export async function examineDatabase(databaseUrl: string, now: number): Promise<Finding[]> {
  const file = sqliteFileOf(databaseUrl)
  if (file !== undefined && !existsSync(file)) {
    return [ok('database', `There is no ${resolve(file)} yet; the server makes it when it starts.`)]
  }
  const findings = file === undefined ? await examinePostgres(databaseUrl) : examineSqlite(file)
  if (findings.some(({ about, status }) => about === 'database' && status === 'problem')) {
    return findings
  }
  const examine = (db: SqlEngine['db']) => examineContents(db, now)
  return [...findings, ...(await withEngine(await openEngine(databaseUrl), examine))]
}

async function examinePostgres(databaseUrl: string): Promise<Finding[]> {
  const { examinePostgres } = await import('./postgres/examine-postgres.ts')
  return examinePostgres(databaseUrl)
}

async function openEngine(databaseUrl: string): Promise<SqlEngine> {
  const file = sqliteFileOf(databaseUrl)
  if (file === undefined) {
    // Most servers never need it.
    const { openPostgresEngine } = await import('./postgres/postgres-storage.ts')
    return openPostgresEngine(databaseUrl)
  }
  // For the owner's eyes only: password hashes and e-mail addresses are in it.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  return openSqliteEngine(file)
}

async function withEngine<T>(
  engine: SqlEngine,
  work: (db: SqlEngine['db']) => Promise<T>,
): Promise<T> {
  try {
    return await work(engine.db)
  } finally {
    await engine.close()
  }
}

/** The file of an SQLite database; undefined for another one. */
export function sqliteFileOf(databaseUrl: string): string | undefined {
  return databaseUrl.startsWith(SQLITE) ? databaseUrl.slice(SQLITE.length) : undefined
}

/** Where a database is, for people to read: without the password. */
export function describeDatabase(databaseUrl: string): string {
  const file = sqliteFileOf(databaseUrl)
  if (file !== undefined) return file
  const { host, pathname } = new URL(databaseUrl)
  return `PostgreSQL, ${host}${pathname}`
}
