import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { openSqliteStorage } from './sqlite/sqlite-storage.ts'
import type { Storage } from './storage.ts'

/** Opens the database that a `DATABASE_URL` names, such as `sqlite:./data/skygear.db`. */
export function openStorage(databaseUrl: string): Promise<Storage> {
  const file = databaseUrl.slice('sqlite:'.length)
  mkdirSync(dirname(file), { recursive: true })
  return openSqliteStorage(file)
}
