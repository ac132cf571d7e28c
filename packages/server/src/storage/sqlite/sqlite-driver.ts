import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { refuseNul } from '../sql/refuse-nul.ts'
import { UniqueViolation } from '../storage.ts'

/**
 * Kysely's driver over Node's own SQLite. Statements are prepared once; transactions take the write
 * lock at their start, so that they wait for another process instead of failing half-way; broken
 * unique constraints have a type.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  #queue: Promise<void> = Promise.resolve()
  readonly #onUse: () => void
  #release: (() => void) | undefined

  /** `onUse` is called after each use of the connection. */
  constructor(database: DatabaseSync, onUse: () => void) {
    this.#connection = new SqliteConnection(database)
    this.#onUse = onUse
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
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#onUse()
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
    this.#statements = new StatementCache(database)
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    refuseNul(parameters)
    const statement = this.#statements.get(sql)
    try {
      const values = parameters as SQLInputValue[]
      if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] }
      return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
    } catch (error) {
      throw isUniqueViolation(error) ? new UniqueViolation('', { cause: error }) : error
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
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    const statement = known ?? this.#database.prepare(sql)
    if (known) this.#statements.delete(sql)
    else if (this.#statements.size >= MAX_STATEMENTS) this.#dropOldest()
    this.#statements.set(sql, statement)
    return statement
  }

  #dropOldest(): void {
    const [oldest] = this.#statements.keys()
    if (oldest !== undefined) this.#statements.delete(oldest)
  }
}

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. */
const uniqueViolations = new Set<unknown>([2067, 1555])

function isUniqueViolation(error: unknown): boolean {
  return uniqueViolations.has((error as { errcode?: unknown }).errcode)
}
