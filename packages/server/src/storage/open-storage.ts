import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { connectSqlite } from './sqlite/sqlite-storage.ts'
import type { Storage } from './storage.ts'

const SQLITE = 'sqlite:'

/**
 * Opens the database that a `DATABASE_URL` names, such as `sqlite:./data/skygear.db` or
 * `postgres://user:password@host/name`, and brings its tables up to date.
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
  if (!databaseUrl.startsWith(SQLITE)) {
    // Most servers never need it.
    const { connectPostgres } = await import('./postgres/postgres-storage.ts')
    return connectPostgres(databaseUrl)
  }
  const file = databaseUrl.slice(SQLITE.length)
  // For the owner's eyes only: password hashes and e-mail addresses are in it.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  return connectSqlite(file)
}

/** Where a database is, for people to read: without the password. */
export function describeDatabase(databaseUrl: string): string {
  if (databaseUrl.startsWith(SQLITE)) return databaseUrl.slice(SQLITE.length)
  const { host, pathname } = new URL(databaseUrl)
  return `PostgreSQL, ${host}${pathname}`
}
