import { type ApiError, type ErrorObject, invalidArgument } from '../errors.ts'
import { type AccessEntry, type AccessList, decodeAccess, type Subject } from './access.ts'
import { type FieldAccessRules, mayUseField } from './field-access.ts'
import { dateLiteral, decodeFields, formatTime, presentValue, type Value } from './value.ts'

/** The database id under which the public database is stored; a private one has its owner's id. */
export const PUBLIC_DATABASE = ''

/** Where a record is, within one database. */
export interface RecordId {
  type: string
  key: string
}

/** A record as it is stored. */
export interface StoredRecord extends RecordId {
  /** `PUBLIC_DATABASE`, or the id of the user whose private database it is in. */
  databaseId: string
  ownerId: string
  access: AccessList
  /** Unix milliseconds. */
  createdAt: number
  createdBy: string
  /** Unix milliseconds. */
  updatedAt: number
  updatedBy: string
  fields: Record<string, Value>
  /** Of user records only, in Unix milliseconds; it is kept with the account. */
  lastLoginAt?: number | null
}

/** A record as a client sends it. */
export interface RecordInput extends RecordId {
  /** Undefined when it was not given or null: an access list can be replaced, not removed. */
  access: AccessEntry[] | undefined
  fields: Record<string, Value>
}

/** One item of an answer that has an error for each record that failed. */
export type ErrorItem = ErrorObject & { _type: 'error'; _id?: string }

/** Fields of the user record that only the server sets; sent back by clients, they are ignored. */
const serverManagedUserFields = new Set(['last_login_at'])

/** `type/key`, split at the first slash; undefined if it is not of that form. */
export function parseRecordId(id: unknown): RecordId | undefined {
  if (typeof id !== 'string' || id.includes('\0') || !id.isWellFormed()) return undefined
  const slash = id.indexOf('/')
  if (slash < 1 || slash === id.length - 1) return undefined
  return { type: id.slice(0, slash), key: id.slice(slash + 1) }
}

export function formatRecordId({ type, key }: RecordId): string {
  return `${type}/${key}`
}

/**
 * Reads a record as clients send it; members that start with `_` but are not known are ignored.
 *
 * Throws InvalidArgument.
 */
export function decodeRecord(input: unknown): RecordInput {
  const members =
    typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}
  const { _id: id, _access: access } = members
  if (id === undefined || id === null || id === '') {
    throw invalidArgument('missing required fields', 'id')
  }
  const recordId = parseRecordId(id)
  if (!recordId) {
    throw invalidArgument(`record: "_id" should be of format '{type}/{id}'`, 'id')
  }
  const fields = withoutServerManaged(recordId.type, decodeFields(members))
  return { ...recordId, access: decodeAccess(access), fields }
}

/** The given fields without those that only the server sets. */
export function withoutServerManaged(
  type: string,
  fields: Record<string, Value>,
): Record<string, Value> {
  if (type !== 'user') return fields
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => !serverManagedUserFields.has(name)),
  )
}

/** The wire form of a record, with the fields that the subject may read. */
export function presentRecord(
  record: StoredRecord,
  subject: Subject,
  rules: FieldAccessRules,
): Record<string, unknown> {
  const mayRead = (field: string) =>
    mayUseField(rules, record.type, field, 'readable', subject, record)
  const members = {
    _id: formatRecordId(record),
    _type: 'record',
    _access: record.access,
    _ownerID: record.ownerId,
    _created_at: formatTime(record.createdAt),
    _created_by: record.createdBy,
    _updated_at: formatTime(record.updatedAt),
    _updated_by: record.updatedBy,
  }
  // Defined, not assigned, since a field may be called __proto__.
  const presented: Record<string, unknown> = { ...members, ...presentFields(record, mayRead) }
  if (record.lastLoginAt && mayRead('last_login_at')) {
    presented['last_login_at'] = dateLiteral(record.lastLoginAt)
  }
  return presented
}

function presentFields(
  { fields }: StoredRecord,
  mayRead: (field: string) => boolean,
): Record<string, Value> {
  const readable = Object.entries(fields).filter(([name, value]) => value !== null && mayRead(name))
  return Object.fromEntries(readable.map(([name, value]) => [name, presentValue(value)]))
}

/** The answer for one record of several that could not be saved, fetched or deleted. */
export function errorItem(error: ApiError, id: string | undefined): ErrorItem {
  const item = { ...error.toJSON(), _type: 'error' as const }
  return id === undefined ? item : { ...item, _id: id }
}
