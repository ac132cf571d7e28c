import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { refuseNul } from '../sql/refuse-nul.ts'
import { StorageUnavailable, UniqueViolation } from '../storage.ts'

/** How long a statement waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5_000

/** Between two tries at most, and a millisecond more: a commit takes about that long. */
const BUSY_RETRY_MS = 2

/** What else reads through the connection of a driver, told before and after each of its uses. */
export interface LookUps {
  suspend(): void
  resume(): void
}

/**
 * Kysely's driver over Node's own SQLite. Statements are prepared once; transactions take the write
 * lock at their start, so that they wait for another process instead of failing half-way; broken
 * unique constraints have a type.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  #queue: Promise<void> = Promise.resolve()
  readonly #lookUps: LookUps
  #release: (() => void) | undefined

  constructor(database: DatabaseSync, lookUps: LookUps) {
    this.#connection = new SqliteConnection(database)
    this.#lookUps = lookUps
  }

  async init(): Promise<void> {}

  /** One statement or transaction at a time, since there is one connection. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#queue
    let release = () => {}
    this.#queue = new Promise((resolve) => {
      release = resolve
    })
    await before
    this.#release = release
    this.#lookUps.suspend()
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#lookUps.resume()
    this.#release?.()
  }

  async beginTransaction(_: DatabaseConnection, __: TransactionSettings): Promise<void> {
    await this.#run('begin immediate')
  }

  async commitTransaction(): Promise<void> {
    await this.#run('commit')
  }

  async rollbackTransaction(): Promise<void> {
    await this.#run('rollback')
  }

  async destroy(): Promise<void> {
    this.#connection.close()
  }

  async #run(statement: string): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw(statement))
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #statements: StatementCache

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#statements = new StatementCache(database, 'objects')
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    refuseNul(parameters)
    const values = parameters as SQLInputValue[]
    const giveUpAt = Date.now() + BUSY_TIMEOUT_MS
    for (;;) {
      try {
        const statement = this.#statements.get(sql)
        if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] }
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
      } catch (error) {
        if (!isBusy(error) || Date.now() >= giveUpAt) throw toStorageError(error)
      }
      // A statement that finds the database busy has done nothing.
      await setTimeout(1 + Math.random() * BUSY_RETRY_MS)
    }
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('Rows are not streamed.')
  }

  close(): void {
    this.#database.close()
  }
}

/** More texts than the stores have, so that only queries of clients' making are ever dropped. */
const MAX_STATEMENTS = 200

/** Prepared statements by their text; the one unused for longest makes room. */
export class StatementCache {
  readonly #database: DatabaseSync
  readonly #rows: 'objects' | 'lists'
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, rows: 'objects' | 'lists') {
    this.#database = database
    this.#rows = rows
  }

  get(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    const statement = known ?? this.#prepare(sql)
    if (known) this.#statements.delete(sql)
    else if (this.#statements.size >= MAX_STATEMENTS) this.#dropOldest()
    this.#statements.set(sql, statement)
    return statement
  }

  #prepare(sql: string): StatementSync {
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(this.#rows === 'lists')
    return statement
  }

  #dropOldest(): void {
    const [oldest] = this.#statements.keys()
    if (oldest !== undefined) this.#statements.delete(oldest)
  }
}

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. */
const uniqueViolations = new Set([2067, 1555])

const SQLITE_BUSY = 5

/** SQLITE_BUSY, _LOCKED, _NOMEM, _IOERR, _FULL and _CANTOPEN: a full disk, for instance. */
const unavailable = new Set([SQLITE_BUSY, 6, 7, 10, 13, 14])

function isBusy(error: unknown): boolean {
  return primaryCodeOf(error) === SQLITE_BUSY
}

/** The error as the stores know it. */
export function toStorageError(error: unknown): unknown {
  if (uniqueViolations.has(codeOf(error))) return new UniqueViolation('', { cause: error })
  if (unavailable.has(primaryCodeOf(error))) return new StorageUnavailable('', { cause: error })
  return error
}

/** The lowest byte of SQLite's extended codes. */
function primaryCodeOf(error: unknown): number {
  return codeOf(error) & 0xff
}

function codeOf(error: unknown): number {
  return (error as { errcode?: number }).errcode ?? 0
}
