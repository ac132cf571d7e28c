import { type Expression, type SqlBool, sql } from 'kysely'
import { comparableForm, toComparable } from '../../records/comparable.ts'
import type { Operand, Term } from '../../records/operand.ts'
import type { ComparisonOperator, Predicate } from '../../records/predicate.ts'
import type { FieldType, Value } from '../../records/value.ts'
import type { SqlDialect } from './engine.ts'
import type { QueryScope } from './query-scope.ts'
import { compileTerm, type SqlTerm } from './terms.ts'

type Ordering = Exclude<ComparisonOperator, 'like' | 'ilike'>

const sqlOperators = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** The same comparison with its sides exchanged. */
const mirrored = { eq: 'eq', neq: 'neq', gt: 'lt', gte: 'lte', lt: 'gt', lte: 'gte' } as const

/** What SQL says of a comparison with something unknown: neither it nor its opposite holds. */
const unknown = sql<SqlBool>`(1 = null)`
const nothing = sql<SqlBool>`(1 = 0)`

/** Compiles a predicate to SQL. Whatever a client sent becomes a parameter, never SQL text. */
export function compilePredicate(scope: QueryScope, predicate: Predicate): Expression<SqlBool> {
  const { eb, dialect } = scope
  switch (predicate.op) {
    case 'and':
    case 'or':
      return join(
        scope,
        predicate.op,
        predicate.operands.map((operand) => compilePredicate(scope, operand)),
      )
    case 'not':
      return eb.not(compilePredicate(scope, predicate.operand))
    case 'in':
      return compileIn(scope, predicate.path, predicate.values)
    case 'contains':
      return compileContains(scope, predicate.path, predicate.text)
    case 'loginId':
      if (predicate.canonicals.length === 0) return nothing
      return eb(
        'record.key',
        'in',
        eb
          .selectFrom('login_id')
          .select('login_id.user_id')
          .where('login_id.key_group', '=', predicate.group)
          .where('login_id.canonical', 'in', predicate.canonicals),
      )
    case 'nothing':
      return nothing
    case 'like':
    case 'ilike':
      return compileLike(dialect, predicate.op, predicate.left, predicate.right, scope)
    default:
      return compileComparison(scope, predicate.op, predicate.left, predicate.right)
  }
}

/** Halves of halves: engines limit how deep an expression may be, and read a list as nested. */
function join(
  scope: QueryScope,
  op: 'and' | 'or',
  conditions: Expression<SqlBool>[],
): Expression<SqlBool> {
  if (conditions.length <= 2) return scope.eb[op](conditions)
  const middle = conditions.length >> 1
  const halves = [conditions.slice(0, middle), conditions.slice(middle)]
  return scope.eb[op](halves.map((half) => scope.eb.parens(join(scope, op, half))))
}

function compileComparison(
  scope: QueryScope,
  op: Ordering,
  left: Operand,
  right: Operand,
): Expression<SqlBool> {
  if (left.kind === 'literal') {
    return right.kind === 'literal'
      ? compareLiterals(op, left.value, right.value)
      : compileComparison(scope, mirrored[op], right, left)
  }
  const term = compileTerm(scope, left)
  return right.kind === 'literal'
    ? compareWithLiteral(scope, op, term, right.value)
    : compareTerms(scope, op, term, compileTerm(scope, right))
}

function compareWithLiteral(
  { eb, dialect }: QueryScope,
  op: Ordering,
  term: SqlTerm,
  value: Value,
): Expression<SqlBool> {
  if (value === null) {
    if (op === 'eq') return eb(term.sql, 'is', null)
    return op === 'neq' ? eb(term.sql, 'is not', null) : unknown
  }
  const parameter = toParameter(dialect, term, value)
  return parameter === undefined ? unknown : eb(term.sql, sqlOperators[op], parameter)
}

function compareTerms(
  { eb }: QueryScope,
  op: Ordering,
  left: SqlTerm,
  right: SqlTerm,
): Expression<SqlBool> {
  const isSameKind = formOf(left) !== undefined && formOf(left) === formOf(right)
  return isSameKind ? eb(left.sql, sqlOperators[op], right.sql) : unknown
}

/** Terms of the same form are compared as they are. */
function formOf({ type, isTime }: SqlTerm): string | undefined {
  const form = comparableForm(type)
  return form && `${form.type} ${form.member} ${isTime}`
}

function compareLiterals(op: Ordering, left: Value, right: Value): Expression<SqlBool> {
  if (left === null || right === null) {
    if (op !== 'eq' && op !== 'neq') return unknown
    return sql<SqlBool>`(${sql.lit((left === right) === (op === 'eq') ? 1 : 0)} = 1)`
  }
  if (typeof left !== typeof right || typeof left === 'object') return unknown
  const order = left === right ? 0 : left < (right as typeof left) ? -1 : 1
  const holds = {
    eq: order === 0,
    neq: order !== 0,
    gt: order > 0,
    gte: order >= 0,
    lt: order < 0,
    lte: order <= 0,
  }[op]
  return holds ? sql<SqlBool>`(1 = 1)` : nothing
}

function compileIn(scope: QueryScope, path: Term, values: Value[]): Expression<SqlBool> {
  const term = compileTerm(scope, path)
  const parameters = values.flatMap((value) =>
    value === null ? [] : (toParameter(scope.dialect, term, value) ?? []),
  )
  // As in SQL, what is equal to nothing in a list with a null may still be equal to the null.
  const otherwise = values.length > parameters.length ? [unknown] : []
  if (parameters.length === 0) return values.length === 0 ? nothing : unknown
  return scope.eb.or([sql<SqlBool>`${term.sql} in (${sql.join(parameters)})`, ...otherwise])
}

/** A literal as a parameter; undefined if nothing in the term can equal it. */
function toParameter(dialect: SqlDialect, { type, isTime }: SqlTerm, value: Value): unknown {
  const comparable = toComparable(value, type)
  if (typeof comparable === 'boolean') return dialect.boolean(comparable)
  return isTime && comparable !== undefined ? Date.parse(String(comparable)) : comparable
}

function compileContains(scope: QueryScope, path: Term, text: string): Expression<SqlBool> {
  const field = path.kind === 'field' ? scope.fields.get(path.name) : undefined
  if (field?.kind !== 'own' || field.type !== 'json') return unknown
  return scope.dialect.memberContains(sql.ref('record.fields'), field.name, text)
}

const textTypes = new Set<FieldType>(['string', 'asset'])

function compileLike(
  dialect: SqlDialect,
  op: 'like' | 'ilike',
  left: Operand,
  right: Operand,
  scope: QueryScope,
): Expression<SqlBool> {
  if (right.kind !== 'literal' || left.kind === 'literal') return unknown
  const { sql: text, type } = compileTerm(scope, left)
  const pattern = right.value
  if (!textTypes.has(type) || pattern === null || typeof pattern === 'object') return unknown
  return op === 'like'
    ? dialect.like(text, String(pattern))
    : dialect.like(dialect.lower(text), String(pattern).toLowerCase())
}
