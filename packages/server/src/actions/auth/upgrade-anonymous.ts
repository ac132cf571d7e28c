import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { decodeFields } from '../../records/value.ts'
import { existenceLimits } from '../../security/existence-answers.ts'
import type { CustomTokenUserStore } from '../../storage/storage.ts'
import { authResponse } from '../../users/auth-response.ts'
import { identify } from '../../users/login-id.ts'
import type { Account } from '../../users/user.ts'
import { defineAction, jsonObject } from '../action.ts'
import { saveRecord } from '../record/save-record.ts'
import { checkPasswordText, userDuplicated } from './auth-input.ts'
import { authResult } from './auth-result.ts'

export const upgradeAnonymous = defineAction({
  name: 'auth:anonymous:upgrade',
  summary:
    'Gives an anonymous user login ids and a password. The user keeps id, record, records and session, and can log in from now on.',
  access: 'user',
  input: z.object({
    auth_data: jsonObject.nullish().describe('As at sign-up, such as {"username": "amy"}.'),
    password: z.string().nullish(),
  }),
  output: authResult,
  errors: [
    'InvalidArgument',
    'PermissionDenied',
    'Duplicated',
    'IncompatibleSchema',
    'PasswordPolicyViolated',
    'TooManyRequests',
    'ResponseTimeout',
  ],

  async handler({ auth_data: given, password }, context) {
    const { storage, tokens, passwords, policy, passwordHistory, settings, caller, now } = context
    const { limiter, client } = context
    const { account, dialect, record: before } = caller.user
    const authData = given ?? {}
    if (!identify(settings.authRecordKeys, authData)) {
      throw invalidArgument('invalid auth data', 'auth_data')
    }
    if (!password) throw invalidArgument('empty password', 'password')
    checkPasswordText(password, 'password')
    if (!(await isAnonymous(account, storage.customTokenUsers))) throw notAnonymous()
    const fields = decodeFields(authData)
    await policy.check(password, { ...before.fields, ...fields })

    // As at sign-up: whoever has found out enough names can try no more of them.
    const isCounted = caller.key !== 'master'
    if (isCounted) await limiter.check(existenceLimits(client.address), now)
    const passwordHash = await passwords.hash(password)
    const rules = await context.fieldAccess.rules(now)
    const record = await storage
      .transaction(async (stores) => {
        // Of several devices that upgrade the same user, one gets further.
        if (!(await stores.accounts.setFirstPassword(account.id, passwordHash, now))) {
          throw notAnonymous()
        }
        await context.audit(stores, 'upgrade_anonymous', account.id)
        await passwordHistory.remember(stores.passwordHistory, account.id, passwordHash, now)
        const input = { type: 'user', key: account.id, access: undefined, fields }
        return saveRecord(input, {
          ...context,
          stores,
          databaseId: before.databaseId,
          // As at sign-up, rules for changing names do not apply.
          caller: { ...caller, key: 'master' },
          rules,
          deniedFields: 'refuse',
        })
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof ApiError) || error.name !== 'Duplicated') throw error
        if (isCounted) await limiter.count(existenceLimits(client.address), now)
        throw userDuplicated(error)
      })
    const accessToken = caller.token
      ? await tokens.renew(caller.token, caller.user, now)
      : await tokens.issue(storage, account, dialect, context)
    return authResponse({ account, record, accessToken, dialect, rules })
  },
})

/** Users of an app's own log-in have no password, but another way in. */
async function isAnonymous(
  { id, passwordHash }: Account,
  customTokenUsers: CustomTokenUserStore,
): Promise<boolean> {
  return passwordHash === null && !(await customTokenUsers.has(id))
}

function notAnonymous(): ApiError {
  return new ApiError('PermissionDenied', 'The user is not anonymous.')
}
