import { randomUUID } from 'node:crypto'
import { PUBLIC_DATABASE, type StoredRecord } from '../../records/record.ts'
import { allFieldsOf, newFields } from '../../records/schema.ts'
import type { Value } from '../../records/value.ts'
import type { Settings } from '../../settings.ts'
import type { Stores, User } from '../../storage/storage.ts'
import { loginIdsOf } from '../../users/login-id.ts'
import { newAccount } from '../../users/user.ts'
import { assignNumbers } from '../record/sequences.ts'

export interface NewUser {
  fields: Record<string, Value>
  passwordHash: string | null
  roles: string[]
  /** Whether fields that no user has yet may be added to the schema. */
  mayExtendSchema: boolean
}

/**
 * Makes account, record and login ids of a user, within the transaction of `stores`.
 *
 * Throws UniqueViolation when a login id is taken, or IncompatibleSchema.
 */
export async function createUser(
  stores: Stores,
  { fields, passwordHash, roles, mayExtendSchema }: NewUser,
  { authRecordKeys }: Pick<Settings, 'authRecordKeys'>,
  now: number,
): Promise<User> {
  const account = newAccount(randomUUID(), passwordHash, roles, now)
  const known = allFieldsOf('user', await stores.schema.fieldsOf('user'))
  const added = newFields(known, fields, mayExtendSchema)
  if (added.size > 0) await stores.schema.addFields('user', added)
  const numbered = await assignNumbers(stores.schema, {
    recordType: 'user',
    fields: new Map([...known, ...added]),
    changes: fields,
    isNew: true,
  })
  const record = userRecord(account.id, numbered, now)
  await stores.accounts.insert(account)
  await stores.records.insert(record)
  await stores.loginIds.insert(account.id, loginIdsOf(authRecordKeys, fields))
  return { account, record }
}

function userRecord(id: string, fields: Record<string, Value>, now: number): StoredRecord {
  const present = Object.entries(fields).filter(([, value]) => value !== null)
  return {
    databaseId: PUBLIC_DATABASE,
    type: 'user',
    key: id,
    ownerId: id,
    access: null,
    createdAt: now,
    createdBy: id,
    updatedAt: now,
    updatedBy: id,
    fields: Object.fromEntries(present),
  }
}
