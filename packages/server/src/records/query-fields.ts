import { type KeyPath, unknownKeyPath } from './operand.ts'
import { allFieldsOf, type RecordType, referencedType } from './schema.ts'
import type { FieldType } from './value.ts'

/** A field of the records that are asked for. */
export interface OwnField {
  recordType: string
  name: string
  type: FieldType
  isIndexed: boolean
}

/** A field that a key path names. */
export type QueryField =
  | ({ kind: 'own' } & OwnField)
  /** A field of the record that another field refers to, such as `city.name`. */
  | { kind: 'referenced'; reference: OwnField; target: OwnField }

/** Record types by name, as far as a query may need them. */
export type KnownTypes = ReadonlyMap<string, RecordType>

/**
 * Finds the field that a key path names: one of this very name first, since names may have dots,
 * then one of the record that the part before the dot refers to.
 *
 * Throws RecordQueryInvalid.
 */
export function findField(name: string, recordType: string, types: KnownTypes): QueryField {
  const own = ownField(name, recordType, types)
  if (own) return { kind: 'own', ...own }
  const dot = name.indexOf('.')
  const reference = dot < 0 ? undefined : ownField(name.slice(0, dot), recordType, types)
  const targetType = reference && referencedType(reference.type)
  const target = targetType && ownField(name.slice(dot + 1), targetType, types)
  if (!reference || !target) throw unknownKeyPath(name)
  return { kind: 'referenced', reference, target }
}

function ownField(name: string, recordType: string, types: KnownTypes): OwnField | undefined {
  const known = types.get(recordType)
  const type = known && allFieldsOf(recordType, known.fields).get(name)
  return type && { recordType, name, type, isIndexed: known.indexedFields.has(name) }
}

/** The record types that fields of a type refer to. */
export function referencedTypes({ fields }: RecordType): string[] {
  return [...new Set([...fields.values()].flatMap((type) => referencedType(type) ?? []))]
}

/** The types of the server's own members, as far as they can be compared with something. */
export function reservedType(path: KeyPath & { kind: 'reserved' }): FieldType {
  return path.name === '_created_at' || path.name === '_updated_at' ? 'datetime' : 'string'
}
