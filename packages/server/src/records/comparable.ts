import { referencedType } from './schema.ts'
import { decodeDate, type FieldType, type Value } from './value.ts'

/** How values of a field type are compared. */
export interface ComparableForm {
  type: 'text' | 'number' | 'boolean'
  /** The member of the stored object that is compared, for types that are stored as objects. */
  member?: '$date' | '$id' | '$name'
}

/** How a field type is compared; undefined if it has neither equality nor order. */
export function comparableForm(type: FieldType): ComparableForm | undefined {
  switch (type) {
    case 'string':
      return { type: 'text' }
    case 'number':
    case 'integer':
    case 'sequence':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'datetime':
      return { type: 'text', member: '$date' }
    case 'asset':
      return { type: 'text', member: '$name' }
    case 'json':
    case 'location':
    case 'geometry':
      return undefined
    default:
      return { type: 'text', member: '$id' }
  }
}

/**
 * A literal as it is compared with fields of a type; undefined if it can equal none of their
 * values. Texts stand for what they spell, as in the original: "2" for a number, a key for a
 * reference.
 */
export function toComparable(value: Value, type: FieldType): string | number | boolean | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'object' ? undefined : String(value)
    case 'number':
    case 'integer':
    case 'sequence':
      return toNumber(value)
    case 'boolean':
      return toBoolean(value)
    case 'datetime':
      return typeof value === 'string' ? decodeDate(value) : memberOf(value, '$date')
    case 'asset':
      return typeof value === 'string' ? value : memberOf(value, '$name')
    case 'json':
    case 'location':
    case 'geometry':
      return undefined
    default:
      return typeof value === 'string' ? `${referencedType(type)}/${value}` : memberOf(value, '$id')
  }
}

function toBoolean(value: Value): boolean | undefined {
  if (value === true || value === 'true') return true
  return value === false || value === 'false' ? false : undefined
}

function toNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

function memberOf(value: Value, member: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const found = value[member]
  return typeof found === 'string' ? found : undefined
}
