import { ApiError } from '../errors.ts'
import { type FieldType, typeOfValue, type Value } from './value.ts'

/** Fields that user records have from the start. */
const userFields: [string, FieldType][] = [
  ['username', 'string'],
  ['email', 'string'],
  ['last_login_at', 'datetime'],
]

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
    if (knownType === type) continue
    if (!mayExtend) {
      throw incompatible('Record schema requires migration but migration is disabled.')
    }
    if (knownType !== undefined) {
      throw incompatible(`The field ${name} is of type ${knownType}, not ${type}.`)
    }
    added.set(name, type)
  }
  return added
}

function incompatible(message: string): ApiError {
  return new ApiError('IncompatibleSchema', message)
}
