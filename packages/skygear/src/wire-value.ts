import { invalidArgument } from './errors.ts'

/** A value as JSON can carry it: dates become `{ $type: 'date' }` objects, at any depth. */
export function toWire(value: unknown): unknown {
  if (!(value instanceof Date)) return mapValues(value, toWire)
  if (Number.isNaN(value.getTime())) throw invalidArgument('Invalid date')
  return { $type: 'date', $date: value.toISOString() }
}

/** The reverse of `toWire`. Typed values other than dates stay as they are. */
export function fromWire(value: unknown): unknown {
  const { $type, $date } = Object(value)
  return ($type === 'date' && toDate($date)) || mapValues(value, fromWire)
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
