import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { canRead } from '../../records/access.ts'
import {
  errorItem,
  formatRecordId,
  PUBLIC_DATABASE,
  presentRecord,
  type RecordId,
} from '../../records/record.ts'
import { subjectOf } from '../../security/authenticate.ts'
import { type ActionContext, defineAction } from '../action.ts'
import { resolveDatabase } from './database.ts'
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
    const databaseId = resolveDatabase(database, context.caller)
    const wanted = recordIds(ids, 'invalid id format')
    return Promise.all(wanted.map((id) => fetchOne(id, databaseId, context)))
  },
})

async function fetchOne(
  id: RecordId,
  databaseId: string,
  { storage, caller }: ActionContext,
): Promise<{ _type: 'record' | 'error' }> {
  const subject = subjectOf(caller)
  const record = await storage.records.find(databaseId, id)
  if (!record) {
    return errorItem(new ApiError('ResourceNotFound', 'record not found'), formatRecordId(id))
  }
  const mayRead = databaseId !== PUBLIC_DATABASE || canRead(record.access, record.ownerId, subject)
  if (!mayRead) {
    const denied = new ApiError('PermissionDenied', 'no permission to perform operation')
    return errorItem(denied, formatRecordId(id))
  }
  return { ...presentRecord(record, subject), _type: 'record' }
}
