import { ApiError, invalidArgument } from '../errors.ts'
import { fieldNameOf, type KeyPath, type Operand, parseKeyPath, parseOperand } from './operand.ts'
import { decodeValue, type Value } from './value.ts'

export type ComparisonOperator = 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'like' | 'ilike'

/** A condition on records, free of any engine: storage compiles it to parameterised SQL. */
export type Predicate =
  | { op: 'and' | 'or'; operands: Predicate[] }
  | { op: 'not'; operand: Predicate }
  | { op: ComparisonOperator; left: Operand; right: Operand }
  | { op: 'in'; path: KeyPath; values: Value[] }
  /** A JSON list with this text as an item, or an object with it as a member's name. */
  | { op: 'contains'; path: KeyPath; text: string }
  | { op: 'loginId'; group: string; canonicals: string[] }
  | { op: 'nothing' }

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
  if (input.length === 0) return undefined
  const predicate = parseCondition(input, 1)
  if (parametersOf(predicate) > MAX_PARAMETERS) throw malformed('it has too many values')
  return predicate
}

/** Far below what the engines take in one statement. */
const MAX_PARAMETERS = 10_000

/** How many values a predicate makes the parameters of a statement, roughly and at least. */
function parametersOf(predicate: Predicate): number {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return predicate.operands.reduce((sum, operand) => sum + parametersOf(operand), 0)
    case 'not':
      return parametersOf(predicate.operand)
    case 'in':
      return 1 + predicate.values.length
    default:
      return 'left' in predicate ? parametersIn(predicate.left) + parametersIn(predicate.right) : 2
  }
}

function parametersIn(operand: Operand): number {
  return operand.kind === 'distance' ? 10 : 1
}

/** More than any client nests, and less than engines do not take. */
const MAX_DEPTH = 50

function parseCondition(input: unknown, depth: number): Predicate {
  if (depth > MAX_DEPTH) throw malformed('its conditions are nested too deeply')
  if (!Array.isArray(input) || input.length < 2) throw malformed('a condition has too few parts')
  const [op, ...operands] = input as [unknown, ...unknown[]]
  const parse = (operand: unknown) => parseCondition(operand, depth + 1)
  if (op === 'and' || op === 'or') return { op, operands: operands.map(parse) }
  if (op === 'not') return { op, operand: parse(operands[0]) }
  if (op === 'in') return parseIn(operands)
  if (op === 'func') return parseFunction(operands)
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
  if (op === 'like' || op === 'ilike') checkPattern(right)
  return { op, left, right }
}

/** Longer ones are no patterns, and engines do not take them. */
const MAX_PATTERN_LENGTH = 10_000

function checkPattern(operand: Operand): void {
  if (operand.kind === 'literal' && String(operand.value).length > MAX_PATTERN_LENGTH) {
    throw malformed('the pattern is too long')
  }
}

function parseIn(operands: unknown[]): Predicate {
  const [left, right] = operands
  const path = parseKeyPath(left)
  if (operands.length !== 2) throw malformed('in takes two operands')
  if (path && Array.isArray(right)) return { op: 'in', path, values: right.map(decodeValue) }
  const within = parseKeyPath(right)
  if (typeof left === 'string' && within) {
    return { op: 'contains', path: within, text: String(decodeValue(left)) }
  }
  throw malformed('in takes a key path and a list, or a text and a key path')
}

function parseFunction([name, ...operands]: unknown[]): Predicate {
  if (name === 'userRelation') return parseUserRelation(operands)
  if (name === 'userDiscover') return parseUserDiscover(operands)
  throw new ApiError(
    'RecordQueryInvalid',
    'functional predicate must contain functional expression',
  )
}

/** Users have no relations to each other here, so none is found. */
function parseUserRelation([path, relation]: unknown[]): Predicate {
  const { $type: type, $name: name } = { ...(relation as { $type?: unknown; $name?: unknown }) }
  if (!parseKeyPath(path) || type !== 'relation') {
    throw malformed('userRelation takes a key path and a relation')
  }
  if (name !== '_friend' && name !== '_follow') {
    throw new ApiError('NotSupported', `The relation ${String(name)} is not supported.`)
  }
  return { op: 'nothing' }
}

/** How clients of dialect A find users by any of several names. */
function parseUserDiscover([names]: unknown[]): Predicate {
  const { usernames, emails } = { ...(names as { usernames?: unknown; emails?: unknown }) }
  return {
    op: 'or',
    operands: [
      { op: 'in', path: { kind: 'field', name: 'username' }, values: texts(usernames) },
      { op: 'in', path: { kind: 'field', name: 'email' }, values: texts(emails) },
    ],
  }
}

function texts(value: unknown): Value[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw malformed('userDiscover takes lists of texts')
  return value.filter((item) => typeof item === 'string').map(decodeValue)
}

function isStructured(value: Value): boolean {
  return (
    Array.isArray(value) || (typeof value === 'object' && value !== null && !('$type' in value))
  )
}

/** Every field of a predicate, with the right that a query needs to use it so. */
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
    case 'contains':
      return usedField(predicate.path, byEquality)
    case 'loginId':
      return [{ name: predicate.group, byEquality }]
    case 'nothing':
      return []
    default:
      return [predicate.left, predicate.right].flatMap((operand) =>
        usedField(operand, byEquality && predicate.op === 'eq'),
      )
  }
}

function usedField(operand: Operand, byEquality: boolean): { name: string; byEquality: boolean }[] {
  if (operand.kind === 'literal') return []
  const name = fieldNameOf(operand)
  return name === undefined ? [] : [{ name, byEquality: byEquality && operand.kind === 'field' }]
}

function malformed(why: string): ApiError {
  return invalidArgument(`failed to construct query: ${why}`, 'predicate')
}
