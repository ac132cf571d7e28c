import type { AccessList } from '../../records/access.ts'
import type { StoredRecord } from '../../records/record.ts'
import type { Value } from '../../records/value.ts'
import type { Account } from '../../users/user.ts'
import type { User } from '../storage.ts'
import type { AccountTable, RecordTable } from './schema.ts'

/** A record's columns, in the order in which `toRecord` takes them. */
export const recordColumns = [
  'record.database_id',
  'record.type',
  'record.key',
  'record.owner_id',
  'record.access',
  'record.created_at',
  'record.created_by',
  'record.updated_at',
  'record.updated_by',
  'record.fields',
] as const

/** Columns of an account joined with its record, in the order in which `toUser` takes them. */
export const userColumns = [
  'account.id',
  'account.password_hash',
  'account.token_version',
  'account.password_changed_at',
  'account.disabled',
  'account.disabled_message',
  'account.disabled_until',
  'account.last_login_at',
  'account.last_seen_at',
  'account.roles',
  ...recordColumns,
] as const

type AccountValues = [
  id: string,
  passwordHash: string | null,
  tokenVersion: number,
  passwordChangedAt: number | null,
  disabled: number,
  disabledMessage: string | null,
  disabledUntil: number | null,
  lastLoginAt: number | null,
  lastSeenAt: number | null,
  roles: string,
]

type RecordValues = [
  databaseId: string,
  type: string,
  key: string,
  ownerId: string,
  access: string | null,
  createdAt: number,
  createdBy: string,
  updatedAt: number,
  updatedBy: string,
  fields: string,
  lastLoginAt?: number | null,
]

/** A row as a list, in the order in which its columns were selected. */
export function valuesOf(row: object): unknown[] {
  return Object.values(row)
}

export function toUser(values: unknown[]): User {
  return {
    account: toAccount(values as AccountValues),
    record: toRecord(values.slice(userColumns.length - recordColumns.length, userColumns.length)),
  }
}

function toAccount([
  id,
  passwordHash,
  tokenVersion,
  passwordChangedAt,
  disabled,
  disabledMessage,
  disabledUntil,
  lastLoginAt,
  lastSeenAt,
  roles,
]: AccountValues): Account {
  return {
    id,
    passwordHash,
    tokenVersion,
    passwordChangedAt,
    disabled: disabled === 1,
    disabledMessage,
    disabledUntil,
    lastLoginAt,
    lastSeenAt,
    roles: roles === '[]' ? [] : (JSON.parse(roles) as string[]),
  }
}

export function fromAccount(account: Account): AccountTable {
  return {
    id: account.id,
    password_hash: account.passwordHash,
    token_version: account.tokenVersion,
    password_changed_at: account.passwordChangedAt,
    disabled: account.disabled ? 1 : 0,
    disabled_message: account.disabledMessage,
    disabled_until: account.disabledUntil,
    last_login_at: account.lastLoginAt,
    last_seen_at: account.lastSeenAt,
    roles: JSON.stringify(account.roles),
  }
}

export function toRecord(values: unknown[]): StoredRecord {
  const [
    databaseId,
    type,
    key,
    ownerId,
    access,
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    fields,
    lastLoginAt = null,
  ] = values as RecordValues
  return {
    databaseId,
    type,
    key,
    ownerId,
    access: access === null ? null : (JSON.parse(access) as AccessList),
    createdAt,
    createdBy,
    updatedAt,
    updatedBy,
    fields: JSON.parse(fields) as Record<string, Value>,
    lastLoginAt,
  }
}

export function fromRecord(record: StoredRecord): RecordTable {
  return {
    database_id: record.databaseId,
    type: record.type,
    key: record.key,
    owner_id: record.ownerId,
    access: record.access === null ? null : JSON.stringify(record.access),
    created_at: record.createdAt,
    created_by: record.createdBy,
    updated_at: record.updatedAt,
    updated_by: record.updatedBy,
    fields: JSON.stringify(record.fields),
  }
}
