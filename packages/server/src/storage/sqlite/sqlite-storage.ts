import { DatabaseSync } from 'node:sqlite'
import {
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { SqlEngine } from '../sql/engine.ts'
import type { Tables } from '../sql/schema.ts'
import { LookUpCache } from './look-up-cache.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { type LookUps, SqliteDriver } from './sqlite-driver.ts'

/** How long opening the database waits for another process that is opening it. */
const OPEN_TIMEOUT_MS = 5_000

/** Pages that the connection itself keeps; what is in the mapped part of the file needs no copy. */
const CACHE_KIB = 65_536

/** As much of the file as SQLite maps at most; memory is shared with other processes. */
const MAPPED_BYTES = 2 ** 31

/**
 * Opens the database in this file, making it when it is not there. One connection writes and serves
 * the look-ups of every request; a spare one serves them while it is in use, so that they never
 * wait.
 */
export function openSqliteEngine(file: string): SqlEngine {
  const database = connect(file)
  const spare = connect(file)
  // SQLite would wait for other processes by itself, and nothing else would be done meanwhile.
  database.exec('pragma busy_timeout = 0')
  const cache = new LookUpCache(database, spare)
  return {
    db: new Kysely<Tables>({ dialect: kyselyDialect(database, cache) }),
    lookUp: (query, decode, options) => cache.lookUp(query, decode, options),
    dialect: sqliteDialect,
    isRemote: false,
    // Transactions wait for each other, so none is ever in another's way.
    isConflict: () => false,
    async close() {
      cache.close()
      spare.close()
      database.close()
    },
  }
}

function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, {
    timeout: OPEN_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  // What was acknowledged survives a power cut: in this mode every commit waits for the disk.
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma trusted_schema = off;
    pragma cache_size = -${CACHE_KIB};
    pragma mmap_size = ${MAPPED_BYTES};
  `)
  database.function('unicode_lower', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
  return database
}

function kyselyDialect(database: DatabaseSync, lookUps: LookUps): Dialect {
  return {
    createDriver: () => new SqliteDriver(database, lookUps),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  }
}

/** SQLite changes tables within transactions; Kysely's adapter does not make use of it. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
