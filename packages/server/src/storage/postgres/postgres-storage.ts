import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type { SqlEngine } from '../sql/engine.ts'
import { valuesOf } from '../sql/rows.ts'
import type { Tables } from '../sql/schema.ts'
import { Connections } from './connections.ts'
import { postgresDialect } from './postgres-dialect.ts'

/** serialization_failure and deadlock_detected in the list of PostgreSQL's error codes. */
const conflicts = new Set<unknown>(['40001', '40P01'])

/** Connects, at the first use, to an address such as `postgres://user:password@host/name`. */
export function openPostgresEngine(url: string): SqlEngine {
  const connections = new Connections(url)
  return {
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: connections }) }),
    async lookUp<T>({ sql, parameters }: CompiledQuery, decode: (values: unknown[]) => T) {
      const { rows } = await connections.query(sql, parameters)
      return rows.length === 0 ? undefined : decode(valuesOf(rows[0] as object))
    },
    dialect: postgresDialect,
    isRemote: true,
    isConflict: (error) => conflicts.has((error as { code?: unknown }).code),
    close: () => connections.end(),
  }
}
