import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import type { Subject } from '../../records/access.ts'
import type { FieldAccessRules } from '../../records/field-access.ts'
import { type Inclusion, parseDesiredKeys, parseInclude } from '../../records/include.ts'
import { fieldNameOf, unknownKeyPath } from '../../records/operand.ts'
import { fieldsOf, type Predicate, parsePredicate } from '../../records/predicate.ts'
import {
  findField,
  type KnownTypes,
  type QueryField,
  referencedTypes,
} from '../../records/query-fields.ts'
import { presentRecord, type StoredRecord } from '../../records/record.ts'
import { allFieldsOf } from '../../records/schema.ts'
import { parseSort, type SortKey } from '../../records/sort.ts'
import { subjectOf } from '../../security/authenticate.ts'
import type { RecordQuery, SchemaStore } from '../../storage/storage.ts'
import { useLoginIds } from '../../users/use-login-ids.ts'
import { type ActionContext, defineAction } from '../action.ts'
import { ResultWithInfo } from '../result-with-info.ts'
import { databaseToRead } from './database.ts'
import { discoveredNames, type NamesOf } from './discovered-names.ts'
import { checkMayCompare, checkMayRead } from './query-rights.ts'
import { recordItems } from './record-items.ts'
import { loadTransient, type Transient } from './transient.ts'

const input = z.object({
  database_id: z.unknown().optional(),
  record_type: z.string().nullish(),
  predicate: z.unknown().optional(),
  sort: z.unknown().optional(),
  include: z
    .unknown()
    .optional()
    .describe('Key paths of references by names of your own, under which they are in _transient.'),
  desired_keys: z.unknown().optional().describe('The fields to give; without it, all.'),
  limit: z.unknown().optional().describe('Records at most; other types than number are ignored.'),
  offset: z.unknown().optional(),
  count: z.unknown().optional().describe('true puts the number of all matches into info.count.'),
})

export const queryRecords = defineAction({
  name: 'record:query',
  summary:
    'Finds records of a type that the caller may read. If the server gives fewer than were asked for, info.limit says how many it gives at most.',
  access: 'reader',
  input,
  output: recordItems,
  errors: [
    'InvalidArgument',
    'RecordQueryInvalid',
    'RecordQueryDenied',
    'PermissionDenied',
    'NotSupported',
  ],

  async handler(input, context) {
    const { storage, caller, fieldAccess, settings, now } = context
    const databaseId = databaseToRead(input.database_id, caller)
    const request = parseRequest(input)
    const rules = await fieldAccess.rules(now)
    const subject = subjectOf(caller)
    const types = await findTypes(request, storage.schema)
    if (!types.has(request.type)) return emptyAnswer(request)

    const fields = findFields(request, types)
    checkFields(request, fields, types, rules, subject)
    const { type, predicate, sort, limit, offset } = request
    const query = {
      databaseId,
      type,
      predicate:
        predicate && type === 'user' ? useLoginIds(predicate, settings.authRecordKeys) : predicate,
      sort,
      fields,
      limit,
      offset,
      readableBy: subject.isMaster ? undefined : subject,
    }
    const { records, info } = await runQuery(query, request.wantsCount, context)
    const parts = { records: storage.records, subject, rules }
    const transient = await loadTransient(records, request.include, parts)
    const items = records.map((record) => present(record, request, transient, subject, rules))
    return Object.keys(info).length === 0 ? items : new ResultWithInfo(items, info)
  },
})

interface QueryRequest {
  type: string
  predicate: Predicate | undefined
  sort: SortKey[]
  include: Inclusion[]
  /** Undefined: all. */
  desiredKeys: Set<string> | undefined
  /** Names to show of users who were looked for by name. */
  namesOf: NamesOf | undefined
  limit: number | undefined
  offset: number
  wantsCount: boolean
}

function parseRequest(body: z.output<typeof input>): QueryRequest {
  const type = body.record_type
  if (!type) throw invalidArgument('recordType cannot be empty', 'record_type')
  return {
    type,
    predicate: parsePredicate(body.predicate),
    sort: parseSort(body.sort),
    include: parseInclude(body.include),
    desiredKeys: parseDesiredKeys(body.desired_keys),
    namesOf: type === 'user' ? discoveredNames(body.predicate) : undefined,
    limit: wholeNumber(body.limit, 'limit'),
    offset: wholeNumber(body.offset, 'offset') ?? 0,
    wantsCount: body.count === true,
  }
}

function wholeNumber(value: unknown, argument: string): number | undefined {
  if (typeof value !== 'number') return undefined
  if (!Number.isInteger(value) || value < 0) {
    throw invalidArgument(`${argument} must be a whole number`, argument)
  }
  return Math.min(value, Number.MAX_SAFE_INTEGER)
}

/** A type that nobody has saved a record of has none; nothing is behind its fields, either. */
function emptyAnswer(request: QueryRequest) {
  const included = request.include.map(({ term }) => ({ name: fieldNameOf(term) ?? '' }))
  const beyond = [...comparedFields(request), ...included].find(({ name }) => name.includes('.'))
  if (beyond) throw unknownKeyPath(beyond.name)
  return request.wantsCount ? new ResultWithInfo([], { count: 0 }) : []
}

/** The type that is asked for and, if a key path leads there, those that its fields refer to. */
async function findTypes(request: QueryRequest, schema: SchemaStore): Promise<KnownTypes> {
  const type = await schema.find(request.type)
  if (!type) return new Map()
  const types = new Map([[request.type, type]])
  if (!comparedFields(request).some(({ name }) => name.includes('.'))) return types
  for (const name of referencedTypes(type)) {
    const referenced = await schema.find(name)
    if (referenced) types.set(name, referenced)
  }
  return types
}

function comparedFields({ predicate, sort }: QueryRequest) {
  const sorted = sort.flatMap(({ path }) => {
    const name = fieldNameOf(path)
    return name === undefined ? [] : [{ name, byEquality: false }]
  })
  return [...(predicate ? fieldsOf(predicate) : []), ...sorted]
}

function findFields(request: QueryRequest, types: KnownTypes): Map<string, QueryField> {
  const names = new Set(comparedFields(request).map(({ name }) => name))
  return new Map([...names].map((name) => [name, findField(name, request.type, types)]))
}

/** Throws RecordQueryInvalid for unknown fields, RecordQueryDenied for those that are closed. */
function checkFields(
  request: QueryRequest,
  fields: ReadonlyMap<string, QueryField>,
  types: KnownTypes,
  rules: FieldAccessRules,
  subject: Subject,
): void {
  for (const { name, byEquality } of comparedFields(request)) {
    checkMayCompare(fields.get(name)!, byEquality, rules, subject)
  }
  const known = allFieldsOf(request.type, types.get(request.type)!.fields)
  for (const { term } of request.include) {
    const name = fieldNameOf(term)
    if (name === undefined) continue
    if (!known.has(name)) throw unknownKeyPath(name)
    checkMayRead({ recordType: request.type, name }, rules, subject)
  }
  for (const key of request.desiredKeys ?? []) {
    if (!key.startsWith('_') && !known.has(key)) {
      throw invalidArgument(`unexpected key "${key}"`, 'desired_keys')
    }
  }
}

/** Runs a query, but for no more records than the operator allows; `info.limit` tells if it is cut. */
async function runQuery(
  query: RecordQuery,
  wantsCount: boolean,
  { storage, settings }: ActionContext,
): Promise<{ records: StoredRecord[]; info: Record<string, unknown> }> {
  const most = settings.recordQueryLimit
  const isWithin = query.limit !== undefined && query.limit <= most
  const limit = isWithin ? query.limit : most + 1
  const records = await storage.records.query({ ...query, limit })
  const isCut = !isWithin && records.length > most
  return {
    records: isCut ? records.slice(0, most) : records,
    info: {
      ...(wantsCount && { count: await storage.records.count(query) }),
      ...(isCut && { limit: most }),
    },
  }
}

function present(
  record: StoredRecord,
  { desiredKeys, namesOf }: QueryRequest,
  transient: Transient,
  subject: Subject,
  rules: FieldAccessRules,
) {
  const presented = presentRecord(record, subject, rules)
  const wanted = Object.entries(presented).filter(
    ([name]) => !desiredKeys || name.startsWith('_') || desiredKeys.has(name),
  )
  const included = namesOf
    ? { ...transient(record), ...namesOf(record, presented) }
    : transient(record)
  return {
    ...Object.fromEntries(wanted),
    ...(included && { _transient: included }),
    _type: 'record' as const,
  }
}
