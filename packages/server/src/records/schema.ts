import { ApiError } from '../errors.ts'
import type { AccessList } from './access.ts'
import { type FieldType, typeOfValue, type Value } from './value.ts'

/** What is known of a record type. */
export interface RecordType {
  fields: Map<string, FieldType>
  /** Fields that queries have an index for. */
  indexedFields: ReadonlySet<string>
  /** Whoever has one of these roles makes records of the type; empty: every user. */
  createRoles: string[]
  /** The access list of new records that come without one. */
  defaultAccess: AccessList
}

/** Fields that user records have from the start. */
const userFields: [string, FieldType][] = [
  ['username', 'string'],
  ['email', 'string'],
  ['last_login_at', 'datetime'],
]

/** Types that all hold numbers, so that a value of one fits a field of another. */
const numberTypes = new Set<string | undefined>(['number', 'integer', 'sequence'])

const plainTypes = new Set([
  'string',
  'number',
  'integer',
  'sequence',
  'boolean',
  'datetime',
  'json',
  'location',
  'geometry',
  'asset',
])

/** Reads the name of a field type; undefined if there is none of that name. */
export function parseFieldType(name: unknown): FieldType | undefined {
  if (typeof name !== 'string') return undefined
  return plainTypes.has(name) || referencedType(name) !== undefined
    ? (name as FieldType)
    : undefined
}

/** The record type that fields of a reference type refer to; undefined for other types. */
export function referencedType(fieldType: string): string | undefined {
  return /^ref\(([^/]+)\)$/s.exec(fieldType)?.[1]
}

/** True for names that can stand in the text of an SQL statement: what can have an index. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]{0,62}$/.test(name)
}

/** The fields of a record type: those that every such type has, and those that were saved. */
export function allFieldsOf(
  recordType: string,
  saved: Map<string, FieldType>,
): Map<string, FieldType> {
  return recordType === 'user' ? new Map([...userFields, ...saved]) : saved
}

/**
 * Finds the fields that the given values add to a record type. A null adds none.
 *
 * Throws IncompatibleSchema when a value does not fit the type of its field, or a field would be
 * new and `mayExtend` is false.
 */
export function newFields(
  known: Map<string, FieldType>,
  fields: Record<string, Value>,
  mayExtend: boolean,
): Map<string, FieldType> {
  const added = new Map<string, FieldType>()
  for (const [name, value] of Object.entries(fields)) {
    const type = typeOfValue(value)
    if (type === undefined) continue
    const knownType = known.get(name)
    if (knownType !== undefined && isCompatible(type, knownType)) continue
    if (!mayExtend) {
      throw incompatible(SCHEMA_IS_FROZEN)
    }
    if (knownType !== undefined) {
      throw incompatible(`The field ${name} is of type ${knownType}, not ${type}.`)
    }
    added.set(name, type)
  }
  return added
}

/** True if values of the one type can be kept in fields of the other. */
function isCompatible(type: FieldType, fieldType: FieldType): boolean {
  return type === fieldType || (numberTypes.has(type) && numberTypes.has(fieldType))
}

export const SCHEMA_IS_FROZEN = 'Record schema requires migration but migration is disabled.'

export function incompatible(message: string): ApiError {
  return new ApiError('IncompatibleSchema', message)
}
