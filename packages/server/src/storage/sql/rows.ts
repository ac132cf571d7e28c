import type { AccessList } from '../../records/access.ts'
import type { StoredRecord } from '../../records/record.ts'
import type { Value } from '../../records/value.ts'
import type { Account } from '../../users/user.ts'
import type { User } from '../storage.ts'
import type { AccountTable, RecordTable } from './schema.ts'

/** Columns of an account joined with its record, under names that do not clash. */
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

export type UserRow = AccountTable & RecordTable

export function toUser(row: UserRow): User {
  return {
    account: toAccount(row),
    record: toRecord(row),
  }
}

function toAccount(row: AccountTable): Account {
  return {
    id: row.id,
    passwordHash: row.password_hash,
    tokenVersion: row.token_version,
    passwordChangedAt: row.password_changed_at,
    disabled: row.disabled === 1,
    disabledMessage: row.disabled_message,
    disabledUntil: row.disabled_until,
    lastLoginAt: row.last_login_at,
    lastSeenAt: row.last_seen_at,
    roles: row.roles === '[]' ? [] : (JSON.parse(row.roles) as string[]),
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

export function toRecord(row: RecordTable & { last_login_at?: number | null }): StoredRecord {
  return {
    databaseId: row.database_id,
    type: row.type,
    key: row.key,
    ownerId: row.owner_id,
    access: row.access === null ? null : (JSON.parse(row.access) as AccessList),
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
    fields: JSON.parse(row.fields) as Record<string, Value>,
    lastLoginAt: row.last_login_at ?? null,
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
