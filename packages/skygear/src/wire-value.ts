import { invalidArgument } from './errors.ts'

/** A value that JSON has no form of its own for, as it is sent: `{ $type: 'date', … }`. */
export interface TypedValue {
  $type: string
  [member: string]: unknown
}

/** How a record reads its values; a symbol, since no attribute can have its name. */
export const READ_VALUE: unique symbol = Symbol('read value')

/** A value as JSON can carry it: dates become `{ $type: 'date' }` objects, at any depth. */
export function toWire(value: unknown): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalidArgument('Invalid date')
    return { $type: 'date', $date: value.toISOString() }
  }
  const { toJSON, [READ_VALUE]: isRecord } = Object(value)
  if (isRecord) return { $type: 'record', $record: value }
  const knowsItsForm = typeof toJSON === 'function' && !isPlainObject(value)
  return knowsItsForm ? toJSON.call(value) : mapValues(value, toWire)
}

/**
 * The reverse of `toWire`. `readTyped` gives the values of the types that it knows; others, and
 * those that only look like them, stay as they are.
 */
export function fromWire(
  value: unknown,
  readTyped: (value: TypedValue) => unknown = readDate,
): unknown {
  const read = typeof Object(value).$type === 'string' && readTyped(value as TypedValue)
  return read || mapValues(value, (item) => fromWire(item, readTyped))
}

/** The date of a typed value, or undefined. */
export function readDate({ $type, $date }: TypedValue): Date | undefined {
  return $type === 'date' ? toDate($date) : undefined
}

/** The date that an RFC 3339 string names, or undefined. */
export function toDate(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'string' ? value : Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** Tells objects as JSON makes them from everything else. */
export function isPlainObject(value: unknown): value is { [key: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // Not compared with Object.prototype, which another realm has another one of.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function mapValues(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, map(item)]))
}
