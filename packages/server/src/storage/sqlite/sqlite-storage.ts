import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import {
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { SqlEngine } from '../sql/engine.ts'
import type { Tables } from '../sql/schema.ts'
import { createSqlStorage } from '../sql/sql-storage.ts'
import type { Storage } from '../storage.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { SqliteDriver, StatementCache } from './sqlite-driver.ts'

/** How long a write waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5_000

/** Page cache and memory map that keep look-ups quick with a million users. */
const CACHE_KIB = 65_536
const MAP_BYTES = 1_073_741_824

/** Opens the database in this file, making it when it is not there. */
export async function openSqliteStorage(file: string): Promise<Storage> {
  return createSqlStorage(openEngine(file))
}

/**
 * One connection writes; another, which never waits, serves the look-ups of every request. It sees
 * what is committed and nothing else.
 */
function openEngine(file: string): SqlEngine {
  const writer = connect(file)
  const reader = connect(file)
  const statements = new StatementCache(reader, { asLists: true })
  return {
    db: new Kysely<Tables>({ dialect: kyselyDialect(writer) }),
    lookUp: (query, parameters) =>
      statements.get(query.sql).get(...(parameters as SQLInputValue[])) as unknown[] | undefined,
    dialect: sqliteDialect,
    // Transactions wait for each other, so none is ever in another's way.
    isConflict: () => false,
    async close() {
      reader.close()
      writer.close()
    },
  }
}

function connect(file: string): DatabaseSync {
  const database = new DatabaseSync(file, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  // What was acknowledged survives a power cut: in this mode every commit waits for the disk.
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma trusted_schema = off;
    pragma cache_size = -${CACHE_KIB};
    pragma mmap_size = ${MAP_BYTES};
  `)
  database.function('unicode_lower', { deterministic: true }, (text) =>
    typeof text === 'string' ? text.toLowerCase() : text,
  )
  return database
}

function kyselyDialect(database: DatabaseSync): Dialect {
  return {
    createDriver: () => new SqliteDriver(database),
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
