import type { CompiledQuery, Expression, Kysely, SqlBool } from 'kysely'
import type { Tables } from './schema.ts'

/** What an SQL engine gives to the stores, which are the same for all engines. */
export interface SqlEngine {
  db: Kysely<Tables>
  /**
   * Gives the first row of a query that was compiled once, with other parameters, as a list of its
   * values: for look-ups that every request needs, where compiling the query and naming its columns
   * would cost more than the look-up. Never part of a transaction.
   */
  lookUp(
    query: CompiledQuery,
    parameters: unknown[],
  ): unknown[] | undefined | Promise<unknown[] | undefined>
  dialect: SqlDialect
  /** True if a transaction failed only because another one got in its way, and may be tried again. */
  isConflict(error: unknown): boolean
  close(): Promise<void>
}

export type SqlValueType = 'text' | 'number' | 'boolean'

/** The few places where the engines' SQL differs. */
export interface SqlDialect {
  /** A member of the JSON column `record.fields` as a value of the type; NULL when it has none. */
  field(path: string[], type: SqlValueType): Expression<unknown>
  /** How a boolean is bound as a parameter. */
  boolean(value: boolean): unknown
  /** LIKE that heeds case, with `%`, `_` and `\`. */
  like(text: Expression<unknown>, pattern: string): Expression<SqlBool>
  /** A text in lower case, in all of Unicode. */
  lower(text: Expression<unknown>): Expression<unknown>
  /** True if `record.access` is null or has an entry that lets this user, or everybody, read. */
  accessAllows(userId: string | undefined, roles: string[]): Expression<SqlBool>
}
