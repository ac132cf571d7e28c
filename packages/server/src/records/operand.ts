import { ApiError } from '../errors.ts'
import { type Location, toLocation } from './location.ts'
import { decodeValue, type Value } from './value.ts'

/** A place in a record that a query compares or sorts by. */
export type KeyPath = { kind: 'field'; name: string } | { kind: 'reserved'; name: ReservedPath }

/** Metres between the location in a field and a place. */
export interface Distance {
  kind: 'distance'
  path: KeyPath
  from: Location
}

/** What a record is asked for. */
export type Term = KeyPath | Distance

export type Operand = { kind: 'literal'; value: Value } | Term

const reservedPaths = [
  '_id',
  '_database_id',
  '_owner_id',
  '_access',
  '_created_at',
  '_created_by',
  '_updated_at',
  '_updated_by',
] as const
export type ReservedPath = (typeof reservedPaths)[number]

/**
 * Reads one side of a comparison.
 *
 * Throws InvalidArgument, RecordQueryInvalid or NotSupported.
 */
export function parseOperand(input: unknown): Operand {
  return parseTerm(input) ?? { kind: 'literal', value: decodeValue(input) }
}

/** Reads a key path or a distance; undefined for a literal. */
export function parseTerm(input: unknown): Term | undefined {
  if (!Array.isArray(input) || input[0] !== 'func') return parseKeyPath(input)
  const [, name, ...operands] = input as unknown[]
  if (name !== 'distance') {
    throw new ApiError('NotSupported', `The function ${String(name)} is not supported.`)
  }
  return parseDistance(operands)
}

function parseDistance(operands: unknown[]): Distance {
  const [field, place] = operands
  const path = parseKeyPath(field)
  const from = operands.length === 2 ? toLocation(decodeValue(place)) : undefined
  if (!path || !from) {
    throw new ApiError('RecordQueryInvalid', 'distance takes a key path and a location.')
  }
  return { kind: 'distance', path, from }
}

/** Any object with a text `$val` is a key path, whatever its `$type`. */
export function parseKeyPath(input: unknown): KeyPath | undefined {
  if (typeof input !== 'object' || input === null || !Object.hasOwn(input, '$val')) return undefined
  const name = (input as { $val: unknown }).$val
  if (typeof name !== 'string' || name === '') return undefined
  if (name === '_owner') return { kind: 'reserved', name: '_owner_id' }
  if (isReserved(name)) return { kind: 'reserved', name }
  if (name.startsWith('_') || name.includes('\0')) throw unknownKeyPath(name)
  return { kind: 'field', name }
}

function isReserved(name: string): name is ReservedPath {
  return (reservedPaths as readonly string[]).includes(name)
}

/** The field that a term reads, unless it is one of the server's. */
export function fieldNameOf(term: Term): string | undefined {
  const path = term.kind === 'distance' ? term.path : term
  return path.kind === 'field' ? path.name : undefined
}

export function unknownKeyPath(name: string): ApiError {
  return new ApiError('RecordQueryInvalid', `keypath "${name}" does not exist`)
}
