import { invalidArgument } from '../../errors.ts'
import type { FieldType, Value } from '../../records/value.ts'
import type { SchemaStore } from '../../storage/storage.ts'

interface Numbering {
  recordType: string
  /** The types of all fields, those of `changes` included. */
  fields: ReadonlyMap<string, FieldType>
  changes: Record<string, Value>
  isNew: boolean
}

/**
 * Gives the changes with numbers for their sequences: those of a new record are all numbered, asked
 * for or not. A number that a client sets itself is kept, and the sequence goes on after it.
 *
 * Throws InvalidArgument for a number that is not whole where it must be.
 */
export async function assignNumbers(
  schema: SchemaStore,
  { recordType, fields, changes, isNew }: Numbering,
): Promise<Record<string, Value>> {
  const numbered = new Map(Object.entries(changes))
  for (const [name, type] of fields) {
    const value = numbered.get(name)
    if (type === 'sequence' && (isNumberWanted(value) || (isNew && value === undefined))) {
      numbered.set(name, await schema.nextNumber(recordType, name))
    } else if (isNumberWanted(value)) {
      // Only a sequence counts; elsewhere the server has no number to give.
      numbered.delete(name)
    } else if (typeof value === 'number' && (type === 'sequence' || type === 'integer')) {
      if (!Number.isSafeInteger(value))
        throw invalidArgument(`${name} must be a whole number.`, name)
      if (type === 'sequence') await schema.skipNumbers(recordType, name, value)
    }
  }
  return Object.fromEntries(numbered)
}

function isNumberWanted(value: Value | undefined): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && value['$type'] === 'seq'
  )
}
