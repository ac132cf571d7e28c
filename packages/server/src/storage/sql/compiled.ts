import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Tables } from './schema.ts'

/** There are as many of them as there are uses of `compiledOnce`, and engines. */
const texts = new Set<string>()

/** True if a statement is one of the few that are always the same. */
export function isCompiledOnce(text: string): boolean {
  return texts.has(text)
}

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
    texts.add(compiled.sql)
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

/** The same for a statement that takes a row: it must use the members in their order. */
export function runCompiledWithRow<Row extends object, Result>(
  build: (db: Kysely<Tables>, row: Row) => Compilable<Result>,
): (db: Kysely<Tables>, row: Row) => Promise<QueryResult<Result>> {
  let names: string[] = []
  const run = runCompiledOnce((db, ...values: unknown[]) =>
    build(db, Object.fromEntries(names.map((name, at) => [name, values[at]])) as Row),
  )
  return (db, row) => {
    names = Object.keys(row)
    return run(db, ...Object.values(row))
  }
}
