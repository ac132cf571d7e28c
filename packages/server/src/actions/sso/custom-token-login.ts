import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import type { FieldAccessRules } from '../../records/field-access.ts'
import { withoutServerManaged } from '../../records/record.ts'
import { decodeFields, type Value } from '../../records/value.ts'
import { userDisabled } from '../../security/authenticate.ts'
import { networkOf } from '../../security/client-network.ts'
import { readCustomToken } from '../../security/custom-token.ts'
import { networkLimit } from '../../security/login-attempts.ts'
import type { LimitOf } from '../../security/rate-limit.ts'
import { type Stores, UniqueViolation, type User } from '../../storage/storage.ts'
import { authResponse } from '../../users/auth-response.ts'
import { checkLoginIds } from '../../users/login-id.ts'
import { isDisabled } from '../../users/user.ts'
import { withoutFlags } from '../../users/verification.ts'
import { type ActionContext, defineAction } from '../action.ts'
import { userDuplicated } from '../auth/auth-input.ts'
import { authResult } from '../auth/auth-result.ts'
import { createUser } from '../auth/create-user.ts'
import { saveRecord } from '../record/save-record.ts'

export const customTokenLogin = defineAction({
  name: 'sso:custom_token:login',
  summary:
    "Logs in with a token that the app's own server signed with `CUSTOM_TOKEN_SECRET`; its first use makes the user, and each use updates the user's record from the claim `skyprofile`.",
  access: 'key',
  input: z.object({ token: z.string() }),
  output: authResult,
  errors: [
    'NotConfigured',
    'InvalidCredentials',
    'InvalidArgument',
    'UserDisabled',
    'Duplicated',
    'IncompatibleSchema',
    'TooManyRequests',
  ],

  async handler({ token }, context) {
    const { storage, tokens, fieldAccess, limiter, settings, audit } = context
    const { caller, client, now } = context
    if (!settings.customTokenSecret) {
      throw new ApiError(
        'NotConfigured',
        'login with custom token requires CUSTOM_TOKEN_SECRET config',
      )
    }
    // Wrong tokens count beside wrong passwords of the same client.
    const network: LimitOf[] = [[networkLimit, networkOf(client.address)]]
    if (caller.key !== 'master') await limiter.check(network, now)
    const { subject, profile } = await readCustomToken(token, settings.customTokenSecret).catch(
      async (error: unknown) => {
        if (caller.key !== 'master') await limiter.count(network, now)
        const data = { reason: 'bad_token', provider: 'custom_token' }
        await audit(storage, 'login_failure', null, data)
        throw error
      },
    )
    const given = withoutServerManaged('user', decodeFields(profile))
    const fields = withoutFlags(given, settings)
    const rules = await fieldAccess.rules(now)
    return storage
      .transaction(async (stores) => {
        const found = await stores.customTokenUsers.find(subject)
        const user = found
          ? await updateUser(found, fields, stores, { ...context, rules })
          : await addUser(subject, fields, stores, context)
        const event = found ? 'login_success' : 'signup'
        await audit(stores, event, user.account.id, { provider: 'custom_token' })
        const accessToken = await tokens.issue(stores, user.account, 'B', context)
        return authResponse({ ...user, accessToken, dialect: 'B', rules })
      })
      .catch((error: unknown) => {
        throw isDuplicate(error) ? userDuplicated(error) : error
      })
  },
})

/** Checked before anything is changed: who is kept out does not change a profile either. */
async function updateUser(
  { account, record }: User,
  fields: Record<string, Value>,
  stores: Stores,
  { client, audit, mails, settings, rules, now }: ActionContext & { rules: FieldAccessRules },
): Promise<User> {
  if (isDisabled(account, now)) throw userDisabled(account)
  await stores.accounts.markLogin(account.id, now)
  if (Object.keys(fields).length === 0) return { account, record }
  const user = { account, record, dialect: 'B' as const, isStale: false }
  const input = { type: 'user', key: account.id, access: undefined, fields }
  const saved = await saveRecord(input, {
    stores,
    databaseId: record.databaseId,
    caller: { key: 'client', user, token: undefined },
    client,
    audit,
    mails,
    settings,
    now,
    rules,
    deniedFields: 'ignore',
  })
  return { account, record: saved }
}

async function addUser(
  subject: string,
  fields: Record<string, Value>,
  stores: Stores,
  { settings, now }: ActionContext,
): Promise<User> {
  checkLoginIds(settings.authRecordKeys, fields, 'token')
  const user = await createUser(
    stores,
    { fields, passwordHash: null, roles: [], mayExtendSchema: settings.schema === 'open' },
    settings,
    now,
  )
  await stores.customTokenUsers.insert(subject, user.account.id)
  return { ...user, account: { ...user.account, lastLoginAt: null, lastSeenAt: null } }
}

function isDuplicate(error: unknown): boolean {
  return (
    error instanceof UniqueViolation || (error instanceof ApiError && error.name === 'Duplicated')
  )
}
