import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery } from 'kysely'
import { StatementCache, toStorageError } from './sqlite-driver.ts'

/** Rows of users who are active now; each takes about a kilobyte. */
const MAX_ROWS = 5_000

/**
 * Looks rows up, and keeps what they say for as long as no connection of any process commits
 * anything: what it answers is always what the database would answer. SQLite tells by a version
 * that every commit changes. It is read at the first look-up of each turn of the event loop, and
 * after each use of our own writing connection; a request that is sent after a commit was
 * acknowledged arrives in a later turn. The look-ups until then share one read transaction, whose
 * locks cost more than a look-up.
 */
export class LookUpCache {
  readonly #reader: DatabaseSync
  readonly #statements: StatementCache
  readonly #begin: StatementSync
  readonly #dataVersion: StatementSync
  readonly #commit: StatementSync
  readonly #found = new Map<string, Map<string, unknown>>()
  #version: unknown
  #isCurrent = false

  constructor(reader: DatabaseSync) {
    this.#reader = reader
    this.#statements = new StatementCache(reader)
    this.#begin = reader.prepare('begin')
    this.#dataVersion = reader.prepare('pragma data_version')
    this.#dataVersion.setReturnArrays(true)
    this.#commit = reader.prepare('commit')
  }

  lookUp<Row, T>(
    query: CompiledQuery<Row>,
    decode: (row: Row) => T,
    { keep = false } = {},
  ): T | undefined {
    if (!keep) return this.#read(query, decode)
    if (!this.#isCurrent) this.#checkVersion()
    const found = this.#foundBy(query.sql)
    const key = query.parameters.join('\n')
    const known = found.get(key) as T | undefined
    if (known !== undefined) return known
    const decoded = this.#read(query, decode)
    if (decoded === undefined) return undefined
    if (found.size >= MAX_ROWS) found.clear()
    found.set(key, decoded)
    return decoded
  }

  #foundBy(sql: string): Map<string, unknown> {
    const known = this.#found.get(sql)
    if (known) return known
    const found = new Map<string, unknown>()
    this.#found.set(sql, found)
    return found
  }

  #read<Row, T>({ sql, parameters }: CompiledQuery<Row>, decode: (row: Row) => T): T | undefined {
    const row = this.#firstRow(sql, parameters as SQLInputValue[])
    return row === undefined ? undefined : decode(row as Row)
  }

  #firstRow(sql: string, parameters: SQLInputValue[]): unknown {
    try {
      return this.#statements.get(sql).get(...parameters)
    } catch (error) {
      throw toStorageError(error)
    }
  }

  /** Says that the database may have changed since the version was read. */
  expire(): void {
    if (!this.#isCurrent) return
    this.#isCurrent = false
    // An error of the disk may have ended the transaction.
    if (this.#reader.isTransaction) this.#commit.run()
  }

  close(): void {
    this.expire()
    this.#reader.close()
  }

  #checkVersion(): void {
    if (!this.#reader.isTransaction) this.#begin.run()
    const [version] = this.#dataVersion.get() as unknown as [number]
    if (version !== this.#version) this.#found.clear()
    this.#version = version
    this.#isCurrent = true
    setImmediate(() => this.expire())
  }
}
