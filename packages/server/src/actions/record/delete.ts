import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { canWrite, type Subject } from '../../records/access.ts'
import { formatRecordId, type RecordId } from '../../records/record.ts'
import { subjectOf } from '../../security/authenticate.ts'
import type { Stores } from '../../storage/storage.ts'
import { defineAction } from '../action.ts'
import { type RecordItem, runBatch } from './batch.ts'
import { databaseToWrite } from './database.ts'
import { recordIds, recordItems } from './record-items.ts'

export const deleteRecords = defineAction({
  name: 'record:delete',
  summary:
    'Deletes records by their ids, each by itself or, with `atomic`, all or none. User records stay.',
  access: 'writer',
  input: z.object({
    database_id: z.unknown().optional(),
    ids: z.array(z.unknown()).nullish(),
    atomic: z.boolean().nullish(),
  }),
  output: recordItems,
  errors: [
    'InvalidArgument',
    'PermissionDenied',
    'NotSupported',
    'ResourceNotFound',
    'ConstraintViolated',
    'AtomicOperationFailure',
  ],

  async handler({ database_id: database, ids, atomic }, { storage, caller }) {
    const databaseId = databaseToWrite(database, caller)
    const items = recordIds(ids, `record: "_id" should be of format '{type}/{id}'`)
    const subject = subjectOf(caller)
    return runBatch({
      storage,
      items,
      atomic: atomic === true,
      idOf: formatRecordId,
      work: (id, stores) => deleteRecord(id, databaseId, subject, stores),
    })
  },
})

async function deleteRecord(
  id: RecordId,
  databaseId: string,
  subject: Subject,
  { records }: Stores,
): Promise<RecordItem> {
  if (id.type === 'user') throw new ApiError('PermissionDenied', 'cannot delete user record')
  const record = await records.find(databaseId, id)
  if (!record) throw new ApiError('ResourceNotFound', 'record not found')
  if (!canWrite(record.access, record.ownerId, subject)) {
    throw new ApiError('PermissionDenied', 'no permission to perform operation')
  }
  if (await records.isReferenced(databaseId, id)) {
    throw new ApiError(
      'ConstraintViolated',
      `delete ${formatRecordId(id)}: failed to delete record because other records have reference to it`,
    )
  }
  await records.delete(databaseId, id)
  return { _id: formatRecordId(id), _type: 'record' }
}
