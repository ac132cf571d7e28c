import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { canRead } from '../../records/access.ts'
import {
  errorItem,
  formatRecordId,
  PUBLIC_DATABASE,
  presentRecord,
  type RecordId,
  type StoredRecord,
} from '../../records/record.ts'
import { subjectOf } from '../../security/authenticate.ts'
import type { RecordStore } from '../../storage/storage.ts'
import { defineAction } from '../action.ts'
import type { RecordItem } from './batch.ts'
import { databaseToRead } from './database.ts'
import { recordIds, recordItems } from './record-items.ts'

export const fetchRecords = defineAction({
  name: 'record:fetch',
  summary: 'Gives records by their ids.',
  access: 'reader',
  input: z.object({
    database_id: z.unknown().optional(),
    ids: z.array(z.unknown()).nullish(),
  }),
  output: recordItems,
  errors: ['InvalidArgument', 'PermissionDenied', 'NotSupported'],

  async handler({ database_id: database, ids }, context) {
    const { caller, storage, fieldAccess, settings, now } = context
    const databaseId = databaseToRead(database, caller)
    const wanted = recordIds(ids, 'invalid id format')
    if (wanted.length > settings.recordQueryLimit) {
      throw invalidArgument(`At most ${settings.recordQueryLimit} records can be fetched.`, 'ids')
    }
    const records = await findRecords(wanted, databaseId, storage.records)
    const rules = await fieldAccess.rules(now)
    const subject = subjectOf(caller)
    return wanted.map((wantedId): RecordItem => {
      const id = formatRecordId(wantedId)
      const record = records.get(id)
      if (!record) return { ...errorItem(new ApiError('ResourceNotFound', 'record not found'), id) }
      if (databaseId === PUBLIC_DATABASE && !canRead(record.access, record.ownerId, subject)) {
        const denied = new ApiError('PermissionDenied', 'no permission to perform operation')
        return { ...errorItem(denied, id) }
      }
      return { ...presentRecord(record, subject, rules), _type: 'record' }
    })
  },
})

/** The records by the wire form of their ids. */
async function findRecords(
  wanted: RecordId[],
  databaseId: string | undefined,
  records: RecordStore,
): Promise<Map<string, StoredRecord>> {
  const found = await findEach(wanted, databaseId, records)
  return new Map(
    found.filter((record) => !!record).map((record) => [formatRecordId(record), record]),
  )
}

async function findEach(
  wanted: RecordId[],
  databaseId: string | undefined,
  records: RecordStore,
): Promise<(StoredRecord | undefined)[]> {
  if (databaseId === undefined) return Promise.all(wanted.map((id) => records.findAnywhere(id)))
  if (wanted.length === 1) return [await records.read(databaseId, wanted[0]!)]
  const byType = Map.groupBy(wanted, ({ type }) => type)
  const found = [...byType].map(([type, ids]) =>
    records.findAll([databaseId], type, [...new Set(ids.map(({ key }) => key))]),
  )
  return (await Promise.all(found)).flat()
}
