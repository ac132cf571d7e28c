import { invalidArgument } from '../errors.ts'

/** A value of a record's field as it is stored: the wire form, with dates and ids made canonical. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value }

/** Names of field types as `schema:fetch` gives them. */
export type FieldType =
  | 'string'
  | 'number'
  | 'integer'
  | 'sequence'
  | 'boolean'
  | 'datetime'
  | 'json'
  | 'location'
  | 'geometry'
  | 'asset'
  | `ref(${string})`

type TypedObject = { $type: string; [key: string]: unknown }

/**
 * Reads a value as clients send it.
 *
 * Throws InvalidArgument for a literal that is not well formed.
 */
export function decodeValue(value: unknown): Value {
  if (typeof value === 'string') return decodeText(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  if (Array.isArray(value)) return value.map(decodeValue)
  if (isTypedObject(value)) return decodeLiteral(value)
  // From entries, since a member may be called __proto__.
  return Object.fromEntries(
    Object.entries(value as object).map(([key, member]) => [decodeText(key), decodeValue(member)]),
  )
}

/** Reads the data of a record: its own fields, without what only the server sets. */
export function decodeFields(fields: Record<string, unknown>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name !== '' && !name.startsWith('_'))
      .map(([name, value]) => [decodeText(name), decodeValue(value)]),
  )
}

/** The type that a value gives its field; undefined for null, which fits every type. */
export function typeOfValue(value: Value): FieldType | undefined {
  if (value === null) return undefined
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (!isTypedObject(value)) return 'json'
  switch (value.$type) {
    case 'date':
      return 'datetime'
    case 'geo':
      return 'location'
    case 'geojson':
      return 'geometry'
    case 'seq':
      return 'sequence'
    case 'asset':
      return 'asset'
    case 'ref':
      return `ref(${String(value['$id']).split('/', 1)[0]})`
    default:
      return 'json'
  }
}

/** The wire form of a stored value: dates lose the zeros that storage pads them with. */
export function presentValue(value: Value): Value {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(presentValue)
  if (value['$type'] === 'date')
    return { $type: 'date', $date: trimFraction(String(value['$date'])) }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, presentValue(member)]),
  )
}

/** A `$type: date` literal of a time in Unix milliseconds. */
export function dateLiteral(time: number): { $type: 'date'; $date: string } {
  return { $type: 'date', $date: formatTime(time) }
}

/** RFC 3339 in UTC without trailing zeros of the fraction, as the protocol has it. */
export function formatTime(time: number): string {
  const text = new Date(time).toISOString()
  // Most times have milliseconds that end in no zero: nothing to trim.
  return text.at(-2) === '0' ? trimFraction(text) : text
}

function trimFraction(text: string): string {
  return text.replace(/\.?0*Z$/, 'Z')
}

/**
 * PostgreSQL cannot store NUL, and no engine can store half a surrogate pair; the first is
 * refused, the second replaced as the original did.
 */
function decodeText(text: string): string {
  if (text.includes('\0')) throw invalidArgument('A text contains the character NUL.')
  return text.isWellFormed() ? text : text.toWellFormed()
}

function isTypedObject(value: unknown): value is TypedObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, '$type') &&
    typeof (value as TypedObject).$type === 'string' &&
    (value as TypedObject).$type !== ''
  )
}

function decodeLiteral(literal: TypedObject): Value {
  switch (literal.$type) {
    case 'date':
      return { $type: 'date', $date: requireDate(literal['$date']) }
    case 'ref':
      return { $type: 'ref', $id: decodeReference(literal['$id']) }
    case 'geo':
      return decodeLocation(literal)
    case 'geojson':
      return decodeShape(literal['$val'])
    case 'seq':
      return { $type: 'seq' }
    case 'asset':
      return decodeAsset(literal)
    default:
      throw invalidArgument(`unknown $type = ${literal.$type}`)
  }
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/

function requireDate(value: unknown): string {
  const date = decodeDate(value)
  if (date === undefined) throw invalidArgument('A date is not in the form of RFC 3339.')
  return date
}

/**
 * Reads a time of RFC 3339: in UTC and always with six digits of microseconds, so that texts sort
 * as times do. Undefined for anything else.
 */
export function decodeDate(value: unknown): string | undefined {
  const match = typeof value === 'string' ? rfc3339.exec(value) : null
  const time = match ? Date.parse(`${match[1]}T${match[2]}${match[4]!.toUpperCase()}`) : Number.NaN
  if (!match || Number.isNaN(time) || !isDayOfMonth(match[1]!)) return undefined
  const fraction = (match[3] ?? '').padEnd(6, '0').slice(0, 6)
  return new Date(time).toISOString().replace(/\.\d+Z$/, `.${fraction}Z`)
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isDayOfMonth(day: string): boolean {
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
}

function decodeReference(value: unknown): string {
  if (typeof value !== 'string' || !/^[^/]+\/./s.test(value)) {
    throw invalidArgument('A reference must have an $id of the form type/id.')
  }
  return decodeText(value)
}

function decodeLocation(literal: TypedObject): Value {
  const { $lng: longitude, $lat: latitude } = literal
  if (typeof longitude !== 'number' || typeof latitude !== 'number') {
    throw invalidArgument('A location must have the numbers $lng and $lat.')
  }
  return { $type: 'geo', $lng: longitude, $lat: latitude }
}

function decodeAsset(literal: TypedObject): Value {
  const { $name: name } = literal
  if (typeof name !== 'string' || name === '') throw invalidArgument('An asset must have a $name.')
  return { $type: 'asset', $name: decodeText(name) }
}

const shapes = new Set<unknown>([
  'Point',
  'MultiPoint',
  'LineString',
  'MultiLineString',
  'Polygon',
  'MultiPolygon',
])

/** Shapes are kept, not understood, so only what is plainly none is refused. */
function decodeShape(shape: unknown): Value {
  if (!isShape(shape)) throw invalidArgument('A $val of the type geojson is not a geometry.')
  return { $type: 'geojson', $val: decodeValue(shape) }
}

function isShape(shape: unknown): boolean {
  if (typeof shape !== 'object' || shape === null) return false
  const { type, coordinates, geometries } = shape as Record<string, unknown>
  if (type !== 'GeometryCollection') return shapes.has(type) && Array.isArray(coordinates)
  return Array.isArray(geometries) && geometries.every(isShape)
}
