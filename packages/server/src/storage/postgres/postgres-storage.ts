import { type CompiledQuery, Kysely } from 'kysely'
import pg from 'pg'
import type { SqlEngine } from '../sql/engine.ts'
import type { Tables } from '../sql/schema.ts'
import { postgresDialect } from './postgres-dialect.ts'
import { PostgresEngineDialect, translated } from './postgres-driver.ts'

const pool = {
  max: 10,
  /** A request that cannot get a connection in time is answered, not kept. */
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
}

/** serialization_failure and deadlock_detected in the list of PostgreSQL's error codes. */
const conflicts = new Set<unknown>(['40001', '40P01'])

/** Times are Unix milliseconds, which numbers hold exactly; the library gives them as text. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)

/** Connects, at the first use, to an address such as `postgres://user:password@host/name`. */
export function openPostgresEngine(url: string): SqlEngine {
  const connections = new pg.Pool({
    ...pool,
    connectionString: url,
    types,
  })
  // An idle connection that breaks is replaced when the next one is needed.
  connections.on('error', () => {})
  // One that breaks while it is lent fails its query, or the next; told here too, it would end the
  // process.
  connections.on('connect', (connection) => connection.on('error', () => {}))
  const names = new Map<string, string>()
  return {
    db: new Kysely<Tables>({ dialect: new PostgresEngineDialect({ pool: connections }) }),
    async lookUp<Row, T>({ sql, parameters }: CompiledQuery<Row>, decode: (row: Row) => T) {
      const name = names.get(sql) ?? `look-up-${names.size}`
      names.set(sql, name)
      const query = { name, text: sql, values: [...parameters] }
      const { rows } = await translated(connections.query(query))
      return rows[0] && decode(rows[0] as Row)
    },
    dialect: postgresDialect,
    isRemote: true,
    isConflict: (error) => conflicts.has((error as { code?: unknown }).code),
    close: () => connections.end(),
  }
}
