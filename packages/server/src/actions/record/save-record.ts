import { ApiError } from '../../errors.ts'
import { type AccessList, canWrite, type Subject } from '../../records/access.ts'
import { type FieldAccessRules, mayUseField } from '../../records/field-access.ts'
import { PUBLIC_DATABASE, type RecordInput, type StoredRecord } from '../../records/record.ts'
import {
  allFieldsOf,
  incompatible,
  newFields,
  type RecordType,
  SCHEMA_IS_FROZEN,
} from '../../records/schema.ts'
import type { FieldType, Value } from '../../records/value.ts'
import { type Caller, isAdmin, MASTER_USER_ID, subjectOf } from '../../security/authenticate.ts'
import type { Settings } from '../../settings.ts'
import { type Stores, UniqueViolation } from '../../storage/storage.ts'
import { checkLoginIds, loginIdsOf } from '../../users/login-id.ts'
import { flagsAfterChange, withoutFlags } from '../../users/verification.ts'
import type { ActionContext } from '../action.ts'
import { afterUserChange } from './after-user-change.ts'
import { assignNumbers } from './sequences.ts'

interface SaveParts extends Pick<ActionContext, 'mails' | 'client' | 'audit'> {
  stores: Stores
  databaseId: string
  caller: Caller
  rules: FieldAccessRules
  settings: Settings
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
  const { stores, databaseId, caller, now } = parts
  const subject = subjectOf(caller)
  const type = await stores.schema.find(input.type)
  const existing = await stores.records.find(databaseId, input)
  if (existing) await checkWritable(existing, parts, subject)
  else checkCreatable(input, type, subject)

  const writable = writableChanges(input, existing, subject, parts)
  const fields = await extendSchema(input.type, type, writable, parts)
  const changes = await assignNumbers(stores.schema, {
    recordType: input.type,
    fields,
    changes: writable,
    isNew: !existing,
  })

  const authorId = subject.userId ?? MASTER_USER_ID
  const defaultAccess = type?.defaultAccess ?? null
  const base = existing ?? newRecord(input, databaseId, authorId, defaultAccess, now)
  const flags = isUser(base) ? flagsAfterChange(changes, base.fields, parts.settings) : {}
  const record = {
    ...base,
    access: input.access ?? base.access,
    updatedAt: now,
    updatedBy: authorId,
    fields: merge(base.fields, { ...changes, ...flags }),
  }
  try {
    if (isUser(record)) {
      await saveLoginIds(record, changes, parts)
      await afterUserChange(base, changes, parts)
    }
    await (existing ? stores.records.update(record) : stores.records.insert(record))
  } catch (error) {
    throw error instanceof UniqueViolation ? duplicated(error) : error
  }
  return record
}

function isUser({ type, databaseId }: Pick<StoredRecord, 'type' | 'databaseId'>): boolean {
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
function checkCreatable(
  { type: name }: RecordInput,
  type: RecordType | undefined,
  { isMaster, roles }: Subject,
): void {
  const createRoles = type?.createRoles ?? []
  const hasRole = createRoles.length === 0 || createRoles.some((role) => roles.includes(role))
  if (name === 'user' || !(hasRole || isMaster)) {
    throw new ApiError('PermissionDenied', 'no permission to create')
  }
}

/** Adds the fields that are new to the type, and gives all of them. */
async function extendSchema(
  recordType: string,
  type: RecordType | undefined,
  changes: Record<string, Value>,
  { stores, caller, settings }: SaveParts,
): Promise<Map<string, FieldType>> {
  const mayExtend = settings.schema === 'open' || caller.key === 'master'
  if (!type && !mayExtend) throw incompatible(SCHEMA_IS_FROZEN)
  const known = allFieldsOf(recordType, type?.fields ?? new Map())
  const added = newFields(known, changes, mayExtend)
  if (!type || added.size > 0) await stores.schema.addFields(recordType, added)
  return new Map([...known, ...added])
}

/** Fields that the input changes, without those that the subject may not write. */
function writableChanges(
  { type, fields: given }: RecordInput,
  existing: StoredRecord | undefined,
  subject: Subject,
  { databaseId, rules, settings, deniedFields }: SaveParts,
): Record<string, Value> {
  // Whole records are sent back by clients, so what is not theirs to set is no reason to fail.
  const areFlagsKept = isUser({ type, databaseId }) && !subject.isMaster
  const fields = areFlagsKept ? withoutFlags(given, settings) : given
  const record = existing ?? { ownerId: subject.userId, fields: {} }
  const changed = Object.entries(fields).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(fieldOf(existing, name)),
  )
  const isWritable = (name: string) => mayUseField(rules, type, name, 'writable', subject, record)
  const denied = changed.map(([name]) => name).filter((name) => !isWritable(name))
  if (denied.length > 0 && deniedFields === 'refuse') {
    throw new ApiError('DeniedArgument', 'Some fields may not be written.', {
      info: { arguments: denied },
    })
  }
  return Object.fromEntries(changed.filter(([name]) => !denied.includes(name)))
}

/** Own members only: a field may be called `constructor`. */
function fieldOf(record: StoredRecord | undefined, name: string): Value {
  return record && Object.hasOwn(record.fields, name) ? record.fields[name]! : null
}

function newRecord(
  { type, key }: RecordInput,
  databaseId: string,
  authorId: string,
  access: AccessList,
  now: number,
): StoredRecord {
  const authorship = { ownerId: authorId, createdBy: authorId, updatedBy: authorId }
  return {
    databaseId,
    type,
    key,
    ...authorship,
    access,
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
  { stores, settings, audit }: SaveParts,
): Promise<void> {
  const keys = settings.authRecordKeys
  const changed = new Set(keys.flat().filter((key) => Object.hasOwn(changes, key)))
  if (changed.size === 0) return
  checkLoginIds(keys, changes, 'records')
  await stores.loginIds.replace(record.key, loginIdsOf(keys, record.fields))
  await audit(stores, 'change_login_ids', record.key, { login_ids: [...changed] })
}

function duplicated(cause: unknown): ApiError {
  return new ApiError('Duplicated', 'violate unique constraint', { cause })
}
