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
import { SqliteDriver } from './sqlite-driver.ts'

/** How long opening the database waits for another process that is opening it. */
const OPEN_TIMEOUT_MS = 5_000

/**
 * Page caches that keep look-ups quick with a million users or records; they grow with use. The
 * file is not mapped into memory: after every commit the next look-up would pay a millisecond for
 * mapping it anew.
 */
const CACHE_KIB = { writer: 65_536, reader: 262_144 }

/**
 * Opens the database in this file, making it when it is not there. One connection writes; another,
 * which never waits, serves the look-ups of every request. It sees what is committed and nothing
 * else.
 */
export function openSqliteEngine(file: string): SqlEngine {
  const writer = connect(file, CACHE_KIB.writer)
  // SQLite would wait for other processes by itself, and nothing else would be done meanwhile.
  writer.exec('pragma busy_timeout = 0')
  const reader = connect(file, CACHE_KIB.reader)
  const cache = new LookUpCache(reader)
  return {
    db: new Kysely<Tables>({ dialect: kyselyDialect(writer, () => cache.expire()) }),
    lookUp: (query, decode, options) => cache.lookUp(query, decode, options),
    dialect: sqliteDialect,
    isRemote: false,
    // Transactions wait for each other, so none is ever in another's way.
    isConflict: () => false,
    async close() {
      cache.close()
      writer.close()
    },
  }
}

function connect(file: string, cacheKib: number): DatabaseSync {
  const database = new DatabaseSync(file, {
    timeout: OPEN_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  // What was acknowledged survives a power cut: in this mode every commit waits for the disk.
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma trusted_schema = off;
    pragma cache_size = -${cacheKib};
  `)
  database.function('unicode_lower', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
  return database
}

function kyselyDialect(database: DatabaseSync, onUse: () => void): Dialect {
  return {
    createDriver: () => new SqliteDriver(database, onUse),
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
