import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import {
  decodeRecord,
  formatRecordId,
  presentRecord,
  type RecordInput,
} from '../../records/record.ts'
import { allFieldsOf, incompatible, newFields, referencedType } from '../../records/schema.ts'
import { subjectOf } from '../../security/authenticate.ts'
import { type ActionContext, defineAction, jsonObject } from '../action.ts'
import { runBatch } from './batch.ts'
import { databaseToWrite } from './database.ts'
import { recordItems } from './record-items.ts'
import { saveRecord } from './save-record.ts'

export const saveRecords = defineAction({
  name: 'record:save',
  summary:
    'Creates or changes records, each by itself or, with `atomic`, all or none. A user record changes its names, which are login ids, in the same step.',
  access: 'writer',
  input: z.object({
    database_id: z.unknown().optional(),
    records: z.array(jsonObject.nullable()).nullish(),
    atomic: z.boolean().nullish(),
  }),
  output: recordItems,
  errors: [
    'InvalidArgument',
    'PermissionDenied',
    'NotSupported',
    'IncompatibleSchema',
    'AtomicOperationFailure',
  ],

  async handler({ database_id: database, records, atomic }, context) {
    const { storage, caller, client, audit, fieldAccess, mails, settings, now } = context
    const databaseId = databaseToWrite(database, caller)
    if (!records || records.length === 0) {
      throw invalidArgument('expected list of record', 'records')
    }
    const inputs = records.map(tryDecode)
    if (atomic) refuseUndecodable(inputs)
    await checkSchema(inputs, context)
    const rules = await fieldAccess.rules(now)
    return runBatch({
      storage,
      items: inputs,
      atomic: atomic === true,
      idOf: (input) => (input instanceof ApiError ? undefined : formatRecordId(input)),
      async work(input, stores) {
        if (input instanceof ApiError) throw input
        const deniedFields = atomic ? 'refuse' : 'ignore'
        const who = { caller, client, audit, mails, rules, settings, now }
        const record = await saveRecord(input, { ...who, stores, databaseId, deniedFields })
        return { ...presentRecord(record, subjectOf(caller), rules), _type: 'record' }
      },
    })
  },
})

/** What cannot be read fails as one item of several, so the error takes the record's place. */
function tryDecode(record: unknown): RecordInput | ApiError {
  try {
    return decodeRecord(record)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

function refuseUndecodable(inputs: (RecordInput | ApiError)[]): void {
  const errors = inputs.filter((input) => input instanceof ApiError)
  if (errors.length > 0) {
    throw new ApiError('InvalidArgument', 'fails to de-serialize records', {
      info: { arguments: 'records', errors },
    })
  }
}

/** Records that do not fit the schema, or each other, fail the whole request. */
async function checkSchema(
  inputs: (RecordInput | ApiError)[],
  { storage, settings, caller }: ActionContext,
): Promise<void> {
  const mayExtend = settings.schema === 'open' || caller.key === 'master'
  const fieldsByType = new Map<string, ReturnType<typeof allFieldsOf>>()
  const referencedTypes = new Set<string>()
  for (const input of inputs) {
    if (input instanceof ApiError) continue
    const { type, fields } = input
    const known = fieldsByType.get(type) ?? allFieldsOf(type, await storage.schema.fieldsOf(type))
    const added = newFields(known, fields, mayExtend)
    fieldsByType.set(type, new Map([...known, ...added]))
    for (const fieldType of added.values()) referencedTypes.add(referencedType(fieldType) ?? type)
  }
  for (const type of referencedTypes) {
    if (!fieldsByType.has(type) && !(await storage.schema.find(type))) {
      throw incompatible('A field refers to records of a type that does not exist.')
    }
  }
}
