import type { CompiledQuery, Expression, Kysely, RawBuilder, SqlBool } from 'kysely'
import type { Tables } from './schema.ts'

/**
 * What an SQL engine gives to the stores, which are the same for all engines. It throws
 * UniqueViolation and StorageUnavailable; other errors are bugs.
 */
export interface SqlEngine {
  db: Kysely<Tables>
  /**
   * Decodes the first row of a query that is compiled once, for look-ups that must be quick: its
   * values come as a list, since to make an object of many columns costs more than to find them. It
   * sees what is committed and is never part of a transaction. `keep` is for small rows that are asked
   * for again and again: the same object may be given more than once, so nobody changes it, and one
   * query is always decoded in the same way.
   */
  lookUp<T>(
    query: CompiledQuery,
    decode: (values: unknown[]) => T,
    options?: { keep?: boolean },
  ): T | undefined | Promise<T | undefined>
  dialect: SqlDialect
  /** True if the database is reached through a network. */
  isRemote: boolean
  /** True if a transaction failed only because another one got in its way, and may be tried again. */
  isConflict(error: unknown): boolean
  close(): Promise<void>
}

export type SqlValueType = 'text' | 'number' | 'boolean'

/** The few places where the engines' SQL differs. Columns are given, since a query may join. */
export interface SqlDialect {
  /** A member of a column of JSON objects as a value of the type; NULL when it has none. */
  member(column: Expression<unknown>, path: string[], type: SqlValueType): Expression<unknown>
  /**
   * The same with the path in the text of the statement, as an index needs it. Only for names that
   * an operator declared and `isPlainName` allows.
   */
  declaredMember(
    column: Expression<unknown>,
    path: string[],
    type: SqlValueType,
  ): Expression<unknown>
  /** True if the member is a list with this text as an item, or an object with a member so named. */
  memberContains(column: Expression<unknown>, name: string, text: string): Expression<SqlBool>
  /** How a boolean is bound as a parameter. */
  boolean(value: boolean): unknown
  /** LIKE that heeds case, with `%`, `_` and `\`. */
  like(text: Expression<unknown>, pattern: string): Expression<SqlBool>
  /** A text in lower case, in all of Unicode. */
  lower(text: Expression<unknown>): Expression<unknown>
  /** True if a column of access lists is null or has an entry for this user, or for everybody. */
  accessAllows(
    column: Expression<unknown>,
    userId: string | undefined,
    roles: string[],
  ): Expression<SqlBool>
  /**
   * Ends a sub-query whose rows one of several processes takes: what another one is taking is
   * passed over. Where there is none, one statement runs at a time.
   */
  passOverTaken?: RawBuilder<unknown>
  /**
   * Statements that tell the engine's planner which values a field with an index has, where it does
   * not go by the index itself.
   */
  statistics?: {
    create(name: RawBuilder<unknown>, value: Expression<unknown>): RawBuilder<unknown>
    drop(name: RawBuilder<unknown>): RawBuilder<unknown>
  }
  /** A statement to run, within the transaction, before one that may take minutes. */
  allowLongStatement?: RawBuilder<unknown>
}
