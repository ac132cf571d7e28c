import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery } from 'kysely'
import { StatementCache, toStorageError } from './sqlite-driver.ts'

/** Rows of users who are active now; each takes about a kilobyte. */
const MAX_ROWS = 5_000

/** In place of a row that was looked up once. */
const ASKED_FOR = Symbol('asked for')

/**
 * Looks rows up through the connection that also writes, since a connection throws away what it has
 * read when another one commits, but not when it commits itself. While statements or a transaction
 * use it, look-ups go to a spare connection, which sees what is committed and nothing else.
 *
 * What rows say is kept for as long as no connection of any process commits anything: what is
 * answered is always what the database would answer. SQLite tells of others' commits by a version
 * that is read at the first look-up of each turn of the event loop; a request that is sent after a
 * commit was acknowledged arrives in a later turn. The look-ups until then share one read
 * transaction, whose locks cost more than a look-up.
 *
 * A row is kept when it is looked up for the second time: of more users than there is room for, most
 * come once, and keeping what nobody asks for again costs more than it saves.
 */
export class LookUpCache {
  readonly #database: DatabaseSync
  readonly #statements: StatementCache
  readonly #spareStatements: StatementCache
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #dataVersion: StatementSync
  readonly #totalChanges: StatementSync
  readonly #found = new Map<string, Map<string, unknown>>()
  #version: unknown
  #changes: unknown
  /** True within a turn's read transaction. */
  #isCurrent = false
  #isInUse = false

  constructor(database: DatabaseSync, spare: DatabaseSync) {
    this.#database = database
    this.#statements = new StatementCache(database, 'lists')
    this.#spareStatements = new StatementCache(spare, 'lists')
    this.#begin = database.prepare('begin')
    this.#commit = database.prepare('commit')
    this.#dataVersion = database.prepare('pragma data_version')
    this.#dataVersion.setReturnArrays(true)
    this.#totalChanges = database.prepare('select total_changes()')
    this.#totalChanges.setReturnArrays(true)
  }

  lookUp<T>(
    query: CompiledQuery,
    decode: (values: unknown[]) => T,
    { keep = false } = {},
  ): T | undefined {
    if (!this.#isCurrent && !this.#startTurn()) return read(this.#spareStatements, query, decode)
    if (!keep) return read(this.#statements, query, decode)
    const found = this.#foundBy(query.sql)
    const key = query.parameters.join('\n')
    const known = found.get(key)
    if (known !== undefined && known !== ASKED_FOR) return known as T
    const decoded = read(this.#statements, query, decode)
    if (decoded === undefined) return undefined
    if (found.size >= MAX_ROWS) found.clear()
    found.set(key, known === ASKED_FOR ? decoded : ASKED_FOR)
    return decoded
  }

  #foundBy(sql: string): Map<string, unknown> {
    const known = this.#found.get(sql)
    if (known) return known
    const found = new Map<string, unknown>()
    this.#found.set(sql, found)
    return found
  }

  /** Before statements or a transaction use the connection. */
  suspend(): void {
    this.#endTurn()
    this.#isInUse = true
  }

  /** After that. */
  resume(): void {
    this.#isInUse = false
    const [changes] = this.#totalChanges.get() as unknown as [number]
    if (changes !== this.#changes) this.#found.clear()
    this.#changes = changes
  }

  close(): void {
    this.#endTurn()
  }

  /** False when the connection is in use, or waits for another process. */
  #startTurn(): boolean {
    if (this.#isInUse) return false
    this.#isCurrent = true
    setImmediate(() => this.#endTurn())
    try {
      this.#begin.run()
      const [version] = this.#dataVersion.get() as unknown as [number]
      if (version !== this.#version) this.#found.clear()
      this.#version = version
    } catch {
      this.#endTurn()
      return false
    }
    return true
  }

  #endTurn(): void {
    if (!this.#isCurrent) return
    this.#isCurrent = false
    // An error of the disk may have ended the transaction.
    if (this.#database.isTransaction) this.#commit.run()
  }
}

function read<T>(
  statements: StatementCache,
  { sql, parameters }: CompiledQuery,
  decode: (values: unknown[]) => T,
): T | undefined {
  const values = firstRow(statements, sql, parameters as SQLInputValue[])
  return values && decode(values)
}

function firstRow(
  statements: StatementCache,
  sql: string,
  parameters: SQLInputValue[],
): unknown[] | undefined {
  try {
    // The caches here are of statements that give lists.
    return statements.get(sql).get(...parameters) as unknown[] | undefined
  } catch (error) {
    throw toStorageError(error)
  }
}
