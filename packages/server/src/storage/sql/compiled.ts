import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Tables } from './schema.ts'

/**
 * A query that is built and compiled at its first use on each engine: that costs more than running
 * it. `build` must use its parameters in their order, and after all constants of the query.
 */
export function compiledOnce<Parameters extends unknown[], Row>(
  build: (db: Kysely<Tables>, ...parameters: Parameters) => Compilable<Row>,
): (db: Kysely<Tables>, ...parameters: Parameters) => CompiledQuery<Row> {
  // Of each engine there is one adapter, which its transactions share.
  const compiledFor = new WeakMap<object, CompiledQuery<Row>>()
  return (db, ...parameters) => {
    const { adapter } = db.getExecutor()
    const compiled = compiledFor.get(adapter) ?? build(db, ...parameters).compile()
    compiledFor.set(adapter, compiled)
    const constants = compiled.parameters.slice(0, compiled.parameters.length - parameters.length)
    return { ...compiled, parameters: [...constants, ...parameters] }
  }
}

/** The same, run at once. */
export function runCompiledOnce<Parameters extends unknown[], Row>(
  build: (db: Kysely<Tables>, ...parameters: Parameters) => Compilable<Row>,
): (db: Kysely<Tables>, ...parameters: Parameters) => Promise<QueryResult<Row>> {
  const compile = compiledOnce(build)
  return (db, ...parameters) => db.executeQuery(compile(db, ...parameters))
}
