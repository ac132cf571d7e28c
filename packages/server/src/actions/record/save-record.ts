import { ApiError } from '../../errors.ts'
import { canWrite, type Subject } from '../../records/access.ts'
import { defaultFieldAccess, mayUseField } from '../../records/field-access.ts'
import { PUBLIC_DATABASE, type RecordInput, type StoredRecord } from '../../records/record.ts'
import { allFieldsOf, newFields } from '../../records/schema.ts'
import type { Value } from '../../records/value.ts'
import { type Caller, isAdmin, MASTER_USER_ID, subjectOf } from '../../security/authenticate.ts'
import type { Settings } from '../../settings.ts'
import { type Stores, UniqueViolation } from '../../storage/storage.ts'
import { checkLoginIds, loginIdsOf } from '../../users/login-id.ts'

interface SaveParts {
  stores: Stores
  databaseId: string
  caller: Caller
  settings: Pick<Settings, 'authRecordKeys' | 'schema'>
  now: number
  /** What to do with fields that the caller may not write: leave them as they are, or fail. */
  deniedFields: 'ignore' | 'refuse'
}

/**
 * Saves one record within the transaction of `stores`, and gives it as it is then. Access is
 * checked before anything changes.
 *
 * Throws PermissionDenied, DeniedArgument, InvalidArgument, IncompatibleSchema or Duplicated.
 */
export async function saveRecord(input: RecordInput, parts: SaveParts): Promise<StoredRecord> {
  const { stores, databaseId, caller, settings, now } = parts
  const subject = subjectOf(caller)
  const existing = await stores.records.find(databaseId, input)
  if (existing) await checkWritable(existing, parts, subject)
  else checkCreatable(input)

  const changes = writableChanges(input, existing, subject, parts.deniedFields)
  const known = allFieldsOf(input.type, await stores.schema.fieldsOf(input.type))
  const mayExtend = settings.schema === 'open' || subject.isMaster
  await stores.schema.addFields(input.type, newFields(known, changes, mayExtend))

  const authorId = subject.userId ?? MASTER_USER_ID
  const base = existing ?? newRecord(input, databaseId, authorId, now)
  const record = {
    ...base,
    access: input.access ?? base.access,
    updatedAt: now,
    updatedBy: authorId,
    fields: merge(base.fields, changes),
  }
  try {
    if (isUser(record)) await saveLoginIds(record, changes, parts)
    await (existing ? stores.records.update(record) : stores.records.insert(record))
  } catch (error) {
    throw error instanceof UniqueViolation ? duplicated(error) : error
  }
  return record
}

function isUser({ type, databaseId }: StoredRecord): boolean {
  return type === 'user' && databaseId === PUBLIC_DATABASE
}

/** Users' records are their own and the administrators', whatever their access list says. */
async function checkWritable(
  existing: StoredRecord,
  { caller, stores }: SaveParts,
  subject: Subject,
): Promise<void> {
  const mayWrite = isUser(existing)
    ? canWrite([], existing.ownerId, subject) || (await isAdmin(caller, stores.roles))
    : canWrite(existing.access, existing.ownerId, subject)
  if (!mayWrite) throw new ApiError('PermissionDenied', 'no permission to perform operation')
}

/** Users come into being by sign-up only: a record alone would hold a name that nobody owns. */
function checkCreatable({ type }: RecordInput): void {
  if (type === 'user') throw new ApiError('PermissionDenied', 'no permission to create')
}

/** Fields that the input changes, without those that the subject may not write. */
function writableChanges(
  { type, fields }: RecordInput,
  existing: StoredRecord | undefined,
  subject: Subject,
  deniedFields: 'ignore' | 'refuse',
): Record<string, Value> {
  const ownerId = existing?.ownerId ?? subject.userId
  const changed = Object.entries(fields).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(existing?.fields[name] ?? null),
  )
  const isWritable = (name: string) =>
    mayUseField(defaultFieldAccess, type, name, 'writable', subject, ownerId)
  const denied = changed.map(([name]) => name).filter((name) => !isWritable(name))
  if (denied.length > 0 && deniedFields === 'refuse') {
    throw new ApiError('DeniedArgument', 'Some fields may not be written.', {
      info: { arguments: denied },
    })
  }
  return Object.fromEntries(changed.filter(([name]) => !denied.includes(name)))
}

function newRecord(
  { type, key }: RecordInput,
  databaseId: string,
  authorId: string,
  now: number,
): StoredRecord {
  const authorship = { ownerId: authorId, createdBy: authorId, updatedBy: authorId }
  return {
    databaseId,
    type,
    key,
    ...authorship,
    access: null,
    createdAt: now,
    updatedAt: now,
    fields: {},
  }
}

/** Null clears a field. */
function merge(
  fields: Record<string, Value>,
  changes: Record<string, Value>,
): Record<string, Value> {
  const merged = Object.entries({ ...fields, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== null))
}

/** A user's names are log-in ids at the same time: both change, or neither. */
async function saveLoginIds(
  record: StoredRecord,
  changes: Record<string, Value>,
  { stores, settings }: SaveParts,
): Promise<void> {
  const keys = settings.authRecordKeys
  if (!keys.flat().some((key) => Object.hasOwn(changes, key))) return
  checkLoginIds(keys, changes, 'records')
  await stores.loginIds.replace(record.key, loginIdsOf(keys, record.fields))
}

function duplicated(cause: unknown): ApiError {
  return new ApiError('Duplicated', 'violate unique constraint', { cause })
}
