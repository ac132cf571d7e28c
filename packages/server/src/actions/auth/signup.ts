import { randomUUID } from 'node:crypto'
import { invalidArgument } from '../../errors.ts'
import { PUBLIC_DATABASE, type StoredRecord, withoutServerManaged } from '../../records/record.ts'
import { allFieldsOf, newFields } from '../../records/schema.ts'
import { decodeFields, type Value } from '../../records/value.ts'
import { UniqueViolation } from '../../storage/storage.ts'
import { authResponse } from '../../users/auth-response.ts'
import { checkLoginIds, identify, loginIdsOf } from '../../users/login-id.ts'
import { newAccount } from '../../users/user.ts'
import { type ActionContext, defineAction, jsonObject } from '../action.ts'
import {
  authDataOf,
  authInput,
  checkPasswordText,
  dialectOf,
  refuseProvider,
  userDuplicated,
} from './auth-input.ts'
import { authResult } from './auth-result.ts'

export const signup = defineAction({
  name: 'auth:signup',
  summary: 'Makes a user, with login ids and a password or anonymously, and logs the user in.',
  access: 'key',
  input: authInput.extend({
    profile: jsonObject.nullish().describe("Further fields of the user's record."),
  }),
  output: authResult,
  errors: [
    'InvalidArgument',
    'Duplicated',
    'IncompatibleSchema',
    'PasswordPolicyViolated',
    'ResponseTimeout',
  ],

  async handler(input, context) {
    const { storage, tokens, passwords, policy, passwordHistory, settings, now } = context
    refuseProvider(input)
    const dialect = dialectOf(input)
    const authData = authDataOf(input)
    const profile = withoutServerManaged('user', decodeFields(input.profile ?? {}))
    const password = input.password ?? ''
    const isAnonymous = Object.values(authData).every(isNothing) && password === ''
    if (!isAnonymous) checkCredentials(authData, profile, password, settings.authRecordKeys)

    // The names were checked to be known login ids, so they are fields like any other.
    const fields = { ...profile, ...(isAnonymous ? {} : decodeFields(authData)) }
    checkLoginIds(settings.authRecordKeys, fields, 'auth_data')
    if (!isAnonymous) await policy.check(password, fields)
    const addedFields = await fieldsToAdd(fields, context)

    const passwordHash = isAnonymous ? null : await passwords.hash(password)
    const account = newAccount(randomUUID(), passwordHash, now)
    const record = userRecord(account.id, fields, now)
    const accessToken = await storage
      .transaction(async (stores) => {
        await stores.schema.addFields('user', addedFields)
        await stores.accounts.insert(account)
        await stores.records.insert(record)
        await stores.loginIds.replace(account.id, loginIdsOf(settings.authRecordKeys, fields))
        if (passwordHash) {
          await passwordHistory.remember(stores.passwordHistory, account.id, passwordHash, now)
        }
        return tokens.issue(stores, account, dialect, now)
      })
      .catch((error: unknown) => {
        throw error instanceof UniqueViolation ? userDuplicated(error) : error
      })

    // Clients of dialect B expect no times of somebody who was never here before.
    const seenBefore = dialect === 'A' ? {} : { lastLoginAt: null, lastSeenAt: null }
    return authResponse({ account: { ...account, ...seenBefore }, record, accessToken, dialect })
  },
})

function isNothing(value: unknown): boolean {
  return value === null || value === undefined
}

function checkCredentials(
  authData: Record<string, unknown>,
  profile: Record<string, Value>,
  password: string,
  authRecordKeys: string[][],
): void {
  if (!identify(authRecordKeys, authData)) throw invalidArgument('invalid auth data', 'auth_data')
  const doubled = Object.keys(authData).filter((key) => Object.hasOwn(profile, key))
  if (doubled.length > 0) {
    throw invalidArgument('duplicated keys found in auth data in profile', ...doubled)
  }
  if (password === '') throw invalidArgument('empty password', 'password')
  checkPasswordText(password, 'password')
}

async function fieldsToAdd(
  fields: Record<string, Value>,
  { storage, settings, caller }: ActionContext,
) {
  const known = allFieldsOf('user', await storage.schema.fieldsOf('user'))
  return newFields(known, fields, settings.schema === 'open' || caller.key === 'master')
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
