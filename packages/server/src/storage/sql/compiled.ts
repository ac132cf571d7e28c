import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Tables } from './schema.ts'

/**
 * A query of the log-in path, built and compiled at its first use: that costs more than running it.
 * `build` must use its parameters in their order, and after all constants of the query.
 */
export function compiledOnce<Parameters extends unknown[], Row>(
  build: (db: Kysely<Tables>, ...parameters: Parameters) => Compilable<Row>,
): (db: Kysely<Tables>, ...parameters: Parameters) => Promise<QueryResult<Row>> {
  let compiled: CompiledQuery<Row> | undefined
  return (db, ...parameters) => {
    compiled ??= build(db, ...parameters).compile()
    const constants = compiled.parameters.slice(0, -parameters.length)
    return db.executeQuery({ ...compiled, parameters: [...constants, ...parameters] })
  }
}
