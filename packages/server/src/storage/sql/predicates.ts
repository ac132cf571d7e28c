import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { ApiError, invalidArgument } from '../../errors.ts'
import type {
  ComparisonOperator,
  KeyPath,
  Operand,
  Predicate,
  ReservedPath,
} from '../../records/predicate.ts'
import type { Value } from '../../records/value.ts'
import type { SqlDialect, SqlValueType } from './engine.ts'
import type { Tables } from './schema.ts'

type Builder = ExpressionBuilder<Tables, 'record'>

/** A literal as a parameter, and where in a field's JSON the value to compare it with stands. */
interface Literal {
  parameter: unknown
  type: SqlValueType
  path: string[]
}

const columns: Record<ReservedPath, `record.${keyof Tables['record']}`> = {
  _id: 'record.key',
  _owner_id: 'record.owner_id',
  _created_at: 'record.created_at',
  _created_by: 'record.created_by',
  _updated_at: 'record.updated_at',
  _updated_by: 'record.updated_by',
}

const sqlOperators = { eq: '=', neq: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** Compiles a predicate to SQL. Whatever a client sent becomes a parameter, never SQL text. */
export function compilePredicate(
  eb: Builder,
  dialect: SqlDialect,
  predicate: Predicate,
): Expression<SqlBool> {
  switch (predicate.op) {
    case 'and':
      return eb.and(predicate.operands.map((operand) => compilePredicate(eb, dialect, operand)))
    case 'or':
      return eb.or(predicate.operands.map((operand) => compilePredicate(eb, dialect, operand)))
    case 'not':
      return eb.not(compilePredicate(eb, dialect, predicate.operand))
    case 'in':
      return eb.or(
        predicate.values.map((value) =>
          compileComparison(eb, dialect, 'eq', predicate.path, { kind: 'literal', value }),
        ),
      )
    case 'loginId':
      return eb(
        'record.key',
        'in',
        eb
          .selectFrom('login_id')
          .select('login_id.user_id')
          .where('login_id.key_group', '=', predicate.group)
          .where('login_id.canonical', 'in', predicate.canonicals),
      )
    default:
      return compileComparison(eb, dialect, predicate.op, predicate.left, predicate.right)
  }
}

function compileComparison(
  eb: Builder,
  dialect: SqlDialect,
  op: ComparisonOperator,
  left: Operand,
  right: Operand,
): Expression<SqlBool> {
  if (op === 'like' || op === 'ilike') return compileLike(eb, dialect, op, left, right)
  const literal = literalOf(left, right) ?? literalOf(right, left)
  const [leftSql, rightSql] = [left, right].map((operand) =>
    compileOperand(eb, dialect, operand, literal),
  ) as [Expression<unknown>, Expression<unknown>]
  if (isNull(right)) return op === 'eq' ? eb(leftSql, 'is', null) : eb(leftSql, 'is not', null)
  if (isNull(left)) return op === 'eq' ? eb(rightSql, 'is', null) : eb(rightSql, 'is not', null)
  return eb(leftSql, sqlOperators[op], rightSql)
}

function compileLike(
  eb: Builder,
  dialect: SqlDialect,
  op: 'like' | 'ilike',
  left: Operand,
  right: Operand,
): Expression<SqlBool> {
  if (right.kind !== 'literal' || typeof right.value !== 'string') {
    throw invalidArgument(`failed to construct query: ${op} takes a text pattern`, 'predicate')
  }
  const text = compileOperand(eb, dialect, left, { parameter: '', type: 'text', path: [] })
  return op === 'like'
    ? dialect.like(text, right.value)
    : dialect.like(dialect.lower(text), right.value.toLowerCase())
}

function isNull(operand: Operand): boolean {
  return operand.kind === 'literal' && operand.value === null
}

function literalOf(operand: Operand, other: Operand): Literal | undefined {
  return operand.kind === 'literal' ? toLiteral(operand.value, other) : undefined
}

function compileOperand(
  eb: Builder,
  dialect: SqlDialect,
  operand: Operand,
  literal: Literal | undefined,
): Expression<unknown> {
  if (operand.kind !== 'literal') return compilePath(eb, dialect, operand, literal)
  const parameter = literal?.parameter
  return sql`${typeof parameter === 'boolean' ? dialect.boolean(parameter) : parameter}`
}

/** A key path as SQL, read as the type of what it is compared with. */
export function compilePath(
  eb: Builder,
  dialect: SqlDialect,
  path: KeyPath,
  literal?: Literal,
): Expression<unknown> {
  if (path.kind === 'reserved') return eb.ref(columns[path.name])
  return dialect.field([path.name, ...(literal?.path ?? [])], literal?.type ?? 'text')
}

function toLiteral(value: Value, comparedWith: Operand): Literal {
  if (typeof value === 'number') return { parameter: value, type: 'number', path: [] }
  if (typeof value === 'boolean') return { parameter: value, type: 'boolean', path: [] }
  if (value === null || typeof value === 'string') {
    return { parameter: value, type: 'text', path: [] }
  }
  if (!Array.isArray(value) && value['$type'] === 'date') {
    const date = String(value['$date'])
    // Times of the record itself are columns of Unix milliseconds.
    if (comparedWith.kind === 'reserved') {
      return { parameter: Date.parse(date), type: 'number', path: [] }
    }
    return { parameter: date, type: 'text', path: ['$date'] }
  }
  if (!Array.isArray(value) && value['$type'] === 'ref') {
    return { parameter: String(value['$id']), type: 'text', path: ['$id'] }
  }
  throw new ApiError('NotSupported', 'Values of this type cannot be compared.')
}
