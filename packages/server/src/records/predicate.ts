import { ApiError, invalidArgument } from '../errors.ts'
import { decodeValue, type Value } from './value.ts'

/** A place in a record that a query compares or sorts by. */
export type KeyPath = { kind: 'field'; name: string } | { kind: 'reserved'; name: ReservedPath }

export type Operand = { kind: 'literal'; value: Value } | KeyPath

export type ComparisonOperator = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'like' | 'ilike'

/** A condition on records, free of any engine: storage compiles it to parameterised SQL. */
export type Predicate =
  | { op: 'and' | 'or'; operands: Predicate[] }
  | { op: 'not'; operand: Predicate }
  | { op: ComparisonOperator; left: Operand; right: Operand }
  | { op: 'in'; path: KeyPath; values: Value[] }
  | { op: 'loginId'; group: string; canonicals: string[] }

export interface SortKey {
  path: KeyPath
  direction: 'asc' | 'desc'
}

const reservedPaths = [
  '_id',
  '_owner_id',
  '_created_at',
  '_created_by',
  '_updated_at',
  '_updated_by',
] as const
export type ReservedPath = (typeof reservedPaths)[number]

const comparisonOperators = new Set<string>([
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'like',
  'ilike',
])

/**
 * Reads a predicate of the wire; undefined when there is none.
 *
 * Throws InvalidArgument, RecordQueryInvalid or NotSupported.
 */
export function parsePredicate(input: unknown): Predicate | undefined {
  if (input === undefined || input === null) return undefined
  if (!Array.isArray(input)) throw malformed('it is not a list')
  // Some clients send an empty list when there is no condition.
  return input.length === 0 ? undefined : parseCondition(input)
}

function parseCondition(input: unknown): Predicate {
  if (!Array.isArray(input) || input.length < 2) throw malformed('a condition has too few parts')
  const [op, ...operands] = input as [unknown, ...unknown[]]
  if (op === 'and' || op === 'or') return { op, operands: operands.map(parseCondition) }
  if (op === 'not') return { op, operand: parseCondition(operands[0]) }
  if (op === 'in') return parseIn(operands)
  if (typeof op === 'string' && comparisonOperators.has(op)) {
    return parseComparison(op as ComparisonOperator, operands)
  }
  throw malformed(`unrecognized operator = ${String(op)}`)
}

function parseComparison(op: ComparisonOperator, operands: unknown[]): Predicate {
  if (operands.length !== 2) throw malformed(`${op} takes two operands`)
  const [left, right] = operands.map(parseOperand) as [Operand, Operand]
  for (const operand of [left, right]) {
    if (operand.kind === 'literal' && isStructured(operand.value)) {
      throw new ApiError('NotSupported', 'Objects and lists cannot be compared.')
    }
  }
  return { op, left, right }
}

function parseIn(operands: unknown[]): Predicate {
  const [left, right] = operands
  const path = parseKeyPath(left)
  if (operands.length !== 2 || !path || !Array.isArray(right)) {
    throw malformed('in takes a key path and a list')
  }
  return { op: 'in', path, values: right.map(decodeValue) }
}

function isStructured(value: Value): boolean {
  return (
    Array.isArray(value) || (typeof value === 'object' && value !== null && !('$type' in value))
  )
}

function parseOperand(input: unknown): Operand {
  return parseKeyPath(input) ?? { kind: 'literal', value: decodeValue(input) }
}

/** Any object with a text `$val` is a key path, whatever its `$type`. */
function parseKeyPath(input: unknown): KeyPath | undefined {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, '$val')) return undefined
  const name = (input as { $val: unknown }).$val
  if (typeof name !== 'string' || name === '') return undefined
  if (name === '_owner') return { kind: 'reserved', name: '_owner_id' }
  if (isReserved(name)) return { kind: 'reserved', name }
  if (name.startsWith('_') || name.includes('\0')) {
    throw new ApiError('RecordQueryInvalid', `keypath "${name}" does not exist`)
  }
  return { kind: 'field', name }
}

function isReserved(name: string): name is ReservedPath {
  return (reservedPaths as readonly string[]).includes(name)
}

/**
 * Reads `sort`: a list of [key path, "asc" or "desc"].
 *
 * Throws InvalidArgument.
 */
export function parseSort(input: unknown): SortKey[] {
  if (input === undefined || input === null) return []
  if (!Array.isArray(input)) throw invalidArgument('sort must be a list', 'sort')
  return input.map((item) => {
    const [operand, direction] = Array.isArray(item) ? (item as unknown[]) : []
    const path = parseKeyPath(operand)
    if (!path || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidArgument('sort takes pairs of a key path and asc or desc', 'sort')
    }
    return { path, direction }
  })
}

/** Every key path of a predicate, with the right that a query needs to use it so. */
export function fieldsOf(predicate: Predicate): { name: string; byEquality: boolean }[] {
  return collectFields(predicate, true)
}

function collectFields(
  predicate: Predicate,
  byEquality: boolean,
): { name: string; byEquality: boolean }[] {
  switch (predicate.op) {
    case 'and':
      return predicate.operands.flatMap((operand) => collectFields(operand, byEquality))
    case 'or':
      return predicate.operands.flatMap((operand) => collectFields(operand, false))
    case 'not':
      return collectFields(predicate.operand, false)
    case 'in':
      return usedField(predicate.path, byEquality)
    case 'loginId':
      return usedField({ kind: 'field', name: predicate.group }, byEquality)
    default:
      return [predicate.left, predicate.right].flatMap((operand) =>
        usedField(operand, byEquality && predicate.op === 'eq'),
      )
  }
}

function usedField(operand: Operand, byEquality: boolean): { name: string; byEquality: boolean }[] {
  return operand.kind === 'field' ? [{ name: operand.name, byEquality }] : []
}

function malformed(why: string): ApiError {
  return invalidArgument(`failed to construct query: ${why}`, 'predicate')
}
