import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Tables } from './schema.ts'

const keptTexts = new Set<string>()

/** True if a statement is one of those that PostgreSQL keeps prepared, of which there are few. */
export function isKept(text: string): boolean {
  return keptTexts.has(text)
}

/** Runs a statement that has few texts, whatever clients send, so that each can be kept. */
export function runKept<Row>(
  db: Kysely<Tables>,
  statement: CompiledQuery<Row>,
): Promise<QueryResult<Row>> {
  keptTexts.add(statement.sql)
  return db.executeQuery(statement)
}

/**
 * A query that is built and compiled at its first use on each engine: that costs more than running
 * it. `build` must use its parameters in their order, and after all constants of the query; those
 * that `sql.lit` makes do not count.
 */
export function compiledOnce<Parameters extends unknown[], Row>(
  build: (db: Kysely<Tables>, ...parameters: Parameters) => Compilable<Row>,
): (db: Kysely<Tables>, ...parameters: Parameters) => CompiledQuery<Row> {
  // Of each engine there is one adapter, which its transactions share.
  const compiledFor = new WeakMap<object, CompiledQuery<Row>>()
  return (db, ...parameters) => {
    const { adapter } = db.getExecutor()
    const compiled = compiledFor.get(adapter) ?? compile(build(db, ...parameters), parameters)
    compiledFor.set(adapter, compiled)
    keptTexts.add(compiled.sql)
    const constants = compiled.parameters.slice(0, compiled.parameters.length - parameters.length)
    return { ...compiled, parameters: [...constants, ...parameters] }
  }
}

/** Throws when parameters would not be found again where they have to stand. */
function compile<Row>(statement: Compilable<Row>, parameters: unknown[]): CompiledQuery<Row> {
  const compiled = statement.compile()
  const last = compiled.parameters.slice(compiled.parameters.length - parameters.length)
  if (parameters.every((parameter, at) => parameter === last[at])) return compiled
  throw new Error(`Its parameters are not the last ones, in their order: ${compiled.sql}`)
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
