import { invalidArgument } from '../../errors.ts'
import { allFieldsOf } from '../../records/schema.ts'

/** Gives the values, in order. Throws InvalidArgument that names those that are missing. */
export function requireArguments(given: Record<string, string | null | undefined>): string[] {
  const missing = Object.entries(given).flatMap(([name, value]) => (value ? [] : [name]))
  if (missing.length > 0) throw invalidArgument('missing required fields', ...missing)
  return Object.values(given).map(String)
}

/** Throws InvalidArgument for fields that the server itself relies on. */
export function checkFieldToChange(
  recordType: string,
  field: string,
  authRecordKeys: string[][],
): void {
  const isOfServer =
    recordType === 'user' &&
    (allFieldsOf('user', new Map()).has(field) || authRecordKeys.flat().includes(field))
  if (field.startsWith('_') || isOfServer) {
    throw invalidArgument('attempts to change reserved key', 'item_name')
  }
}
