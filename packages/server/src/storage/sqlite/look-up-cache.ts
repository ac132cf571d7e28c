import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery } from 'kysely'
import { StatementCache } from './sqlite-driver.ts'

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
  readonly #found = new Map<CompiledQuery, Map<string, unknown>>()
  #version: unknown
  #isCurrent = false

  constructor(reader: DatabaseSync) {
    this.#reader = reader
    this.#statements = new StatementCache(reader, { asLists: true })
    this.#begin = reader.prepare('begin')
    this.#dataVersion = reader.prepare('pragma data_version')
    this.#dataVersion.setReturnArrays(true)
    this.#commit = reader.prepare('commit')
  }

  /** One query is always decoded in the same way. */
  lookUp<T>(
    query: CompiledQuery,
    parameters: unknown[],
    decode: (values: unknown[]) => T,
  ): T | undefined {
    if (!this.#isCurrent) this.#checkVersion()
    const found = this.#foundBy(query)
    const key = parameters.join('\n')
    const known = found.get(key) as T | undefined
    if (known !== undefined) return known
    const values = parameters as SQLInputValue[]
    const row = this.#statements.get(query.sql).get(...values) as unknown as unknown[] | undefined
    if (!row) return undefined
    const decoded = decode(row)
    if (found.size >= MAX_ROWS) found.clear()
    found.set(key, decoded)
    return decoded
  }

  #foundBy(query: CompiledQuery): Map<string, unknown> {
    const known = this.#found.get(query)
    if (known) return known
    const found = new Map<string, unknown>()
    this.#found.set(query, found)
    return found
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
