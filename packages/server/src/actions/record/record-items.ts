import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import { parseRecordId, type RecordId } from '../../records/record.ts'

/** A list with a record, or the error that one had, for each id or record of the request. */
export const recordItems = z.array(
  z.looseObject({ _type: z.enum(['record', 'error']), _id: z.string().optional() }),
)

/** Reads `ids`. Throws InvalidArgument, with `malformed` as the message for one that is not an id. */
export function recordIds(ids: unknown[] | null | undefined, malformed: string): RecordId[] {
  if (!ids || ids.length === 0) throw invalidArgument('expected list of id', 'ids')
  return ids.map((id) => {
    const recordId = parseRecordId(id)
    if (!recordId) throw invalidArgument(malformed, 'ids')
    return recordId
  })
}
