import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { canRead } from '../../records/access.ts'
import type { FieldAccessRules } from '../../records/field-access.ts'
import {
  errorItem,
  formatRecordId,
  PUBLIC_DATABASE,
  presentRecord,
  type RecordId,
} from '../../records/record.ts'
import { subjectOf } from '../../security/authenticate.ts'
import { type ActionContext, defineAction } from '../action.ts'
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
    const databaseId = databaseToRead(database, context.caller)
    const wanted = recordIds(ids, 'invalid id format')
    const rules = await context.fieldAccess.rules(context.now)
    return Promise.all(wanted.map((id) => fetchOne(id, databaseId, rules, context)))
  },
})

async function fetchOne(
  id: RecordId,
  databaseId: string | undefined,
  rules: FieldAccessRules,
  { storage, caller }: ActionContext,
): Promise<{ _type: 'record' | 'error' }> {
  const subject = subjectOf(caller)
  const record =
    databaseId === undefined
      ? await storage.records.findAnywhere(id)
      : await storage.records.find(databaseId, id)
  if (!record) {
    return errorItem(new ApiError('ResourceNotFound', 'record not found'), formatRecordId(id))
  }
  const mayRead = databaseId !== PUBLIC_DATABASE || canRead(record.access, record.ownerId, subject)
  if (!mayRead) {
    const denied = new ApiError('PermissionDenied', 'no permission to perform operation')
    return errorItem(denied, formatRecordId(id))
  }
  return { ...presentRecord(record, subject, rules), _type: 'record' }
}
