import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import type { Subject } from '../../records/access.ts'
import { defaultFieldAccess, mayUseField } from '../../records/field-access.ts'
import {
  fieldsOf,
  type Predicate,
  parsePredicate,
  parseSort,
  type SortKey,
} from '../../records/predicate.ts'
import { PUBLIC_DATABASE, presentRecord } from '../../records/record.ts'
import { allFieldsOf } from '../../records/schema.ts'
import { subjectOf } from '../../security/authenticate.ts'
import { useLoginIds } from '../../users/use-login-ids.ts'
import { defineAction } from '../action.ts'
import { ResultWithInfo } from '../result-with-info.ts'
import { resolveDatabase } from './database.ts'
import { recordItems } from './record-items.ts'

export const queryRecords = defineAction({
  name: 'record:query',
  summary: 'Finds records of a type that the caller may read.',
  access: 'reader',
  input: z.object({
    database_id: z.unknown().optional(),
    record_type: z.string().nullish(),
    predicate: z.unknown().optional(),
    sort: z.unknown().optional(),
    limit: z.unknown().optional().describe('Records at most; other types than number are ignored.'),
    offset: z.unknown().optional(),
    count: z.unknown().optional().describe('true puts the number of all matches into info.count.'),
  }),
  output: recordItems,
  errors: [
    'InvalidArgument',
    'RecordQueryInvalid',
    'RecordQueryDenied',
    'PermissionDenied',
    'NotSupported',
  ],

  async handler(input, { storage, caller, settings }) {
    const databaseId = resolveDatabase(input.database_id, caller)
    const type = input.record_type
    if (!type) throw invalidArgument('recordType cannot be empty', 'record_type')
    const predicate = parsePredicate(input.predicate)
    const sort = parseSort(input.sort)
    const subject = subjectOf(caller)
    const saved = await storage.schema.fieldsOf(type)
    const known = allFieldsOf(type, saved)
    if (known.size > 0) checkFields(type, known, predicate, sort, subject)

    const query = {
      databaseId,
      type,
      predicate:
        predicate && type === 'user' ? useLoginIds(predicate, settings.authRecordKeys) : predicate,
      sort,
      limit: wholeNumber(input.limit, 'limit'),
      offset: wholeNumber(input.offset, 'offset') ?? 0,
      // In a private database everything is its owner's.
      readableBy: databaseId === PUBLIC_DATABASE && !subject.isMaster ? subject : undefined,
    }
    const records = await storage.records.query(query)
    const items = records.map((record) => ({
      ...presentRecord(record, subject),
      _type: 'record' as const,
    }))
    if (input.count !== true) return items
    return new ResultWithInfo(items, { count: await storage.records.count(query) })
  },
})

/** Throws RecordQueryInvalid for unknown fields, RecordQueryDenied for those that are closed. */
function checkFields(
  type: string,
  known: ReadonlyMap<string, unknown>,
  predicate: Predicate | undefined,
  sort: SortKey[],
  subject: Subject,
): void {
  const compared = predicate ? fieldsOf(predicate) : []
  const sorted = sort.flatMap(({ path }) =>
    path.kind === 'field' ? [{ name: path.name, byEquality: false }] : [],
  )
  for (const { name, byEquality } of [...compared, ...sorted]) {
    if (!known.has(name)) {
      throw new ApiError('RecordQueryInvalid', `keypath "${name}" does not exist`)
    }
    const mayUse = (right: 'comparable' | 'discoverable') =>
      mayUseField(defaultFieldAccess, type, name, right, subject, undefined)
    if (!mayUse('comparable') && !(byEquality && mayUse('discoverable'))) {
      throw new ApiError('RecordQueryDenied', `Cannot query on field "${name}" due to Field ACL`)
    }
  }
}

function wholeNumber(value: unknown, argument: string): number | undefined {
  if (typeof value !== 'number') return undefined
  if (!Number.isSafeInteger(value) || value < 0) {
    throw invalidArgument(`${argument} must be a whole number`, argument)
  }
  return value
}
