import { invalidArgument } from '../../errors.ts'
import { withoutServerManaged } from '../../records/record.ts'
import { allFieldsOf, newFields } from '../../records/schema.ts'
import { decodeFields, type Value } from '../../records/value.ts'
import { networkOf } from '../../security/client-network.ts'
import { existenceLimits } from '../../security/existence-answers.ts'
import type { LimitOf, RateLimit } from '../../security/rate-limit.ts'
import { type SchemaStore, UniqueViolation } from '../../storage/storage.ts'
import { authResponse } from '../../users/auth-response.ts'
import { checkLoginIds, identify } from '../../users/login-id.ts'
import { languagesOf } from '../../users/user.ts'
import { withoutFlags } from '../../users/verification.ts'
import { type ActionContext, defineAction, jsonObject } from '../action.ts'
import { ResultForDevice } from '../result-for-device.ts'
import {
  authDataOf,
  authInput,
  checkPasswordText,
  dialectOf,
  refuseProvider,
  userDuplicated,
} from './auth-input.ts'
import { authResult } from './auth-result.ts'
import { createUser } from './create-user.ts'
import { pretendSignup } from './pretend-signup.ts'

/** Schools and offices sign up together; robots by the thousand. */
const namedLimit: RateLimit = {
  name: 'signup-network',
  most: 20,
  perSeconds: 3_600,
  isOfNetwork: true,
}
const anonymousLimit: RateLimit = {
  name: 'signup-anonymous-network',
  most: 30,
  perSeconds: 3_600,
  isOfNetwork: true,
}
const anonymousTotal: RateLimit = { name: 'signup-anonymous', most: 100_000, perSeconds: 86_400 }

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
    'TooManyRequests',
    'ResponseTimeout',
  ],

  async handler(input, context) {
    const { storage, tokens, passwords, policy, passwordHistory, settings, caller, now } = context
    const { mails, client, limiter, devices, audit } = context
    refuseProvider(input)
    const dialect = dialectOf(input)
    const authData = authDataOf(input)
    const given = withoutServerManaged('user', decodeFields(input.profile ?? {}))
    const profile = caller.key === 'master' ? given : withoutFlags(given, settings)
    const password = input.password ?? ''
    const isAnonymous = Object.values(authData).every(isNothing) && password === ''
    if (!isAnonymous) checkCredentials(authData, profile, password, settings.authRecordKeys)

    // The names were checked to be known login ids, so they are fields like any other.
    const fields = { ...profile, ...(isAnonymous ? {} : decodeFields(authData)) }
    checkLoginIds(settings.authRecordKeys, fields, 'auth_data')
    if (!isAnonymous) await policy.check(password, fields)
    const mayExtendSchema = settings.schema === 'open' || caller.key === 'master'
    // Before the password is hashed, since that is the costly part.
    await checkSchema(fields, mayExtendSchema, storage.schema)
    if (caller.key !== 'master') await countSignup(isAnonymous, context)

    const passwordHash = isAnonymous ? null : await passwords.hash(password)
    const { user, accessToken } = await storage
      .transaction(async (stores) => {
        const roles = await stores.roles.default()
        const parts = { fields, passwordHash, roles, mayExtendSchema }
        const user = await createUser(stores, parts, settings, now)
        const { id } = user.account
        if (passwordHash) {
          await passwordHistory.remember(stores.passwordHistory, id, passwordHash, now)
        }
        const keys = isAnonymous ? [] : Object.keys(authData)
        await audit(stores, 'signup', id, { login_ids: keys })
        if (settings.welcomeMail) {
          const languages = languagesOf(user.record, client.languages)
          const recipient = { address: user.record.fields['email'], languages }
          await mails.post(stores, { kind: 'welcome' }, recipient, now)
        }
        return { user, accessToken: await tokens.issue(stores, user.account, dialect, context) }
      })
      .catch(async (error: unknown) => {
        if (!(error instanceof UniqueViolation)) throw error
        if (caller.key !== 'master') await limiter.count(existenceLimits(client.address), now)
        const isTold = caller.key === 'master' || settings.enumeration === 'compat'
        if (isTold) throw userDuplicated(error)
        const user = await pretendSignup({ fields, passwordHash, mayExtendSchema }, context)
        return { user, accessToken: await tokens.decoy(user.account, dialect, now) }
      })
    const { account, record } = user

    // Clients of dialect B expect no times of somebody who was never here before.
    const seenBefore = dialect === 'A' ? {} : { lastLoginAt: null, lastSeenAt: null }
    const rules = await context.fieldAccess.rules(now)
    const shown = { ...account, ...seenBefore }
    const result = authResponse({ account: shown, record, accessToken, dialect, rules })
    return isAnonymous ? result : new ResultForDevice(result, devices.hintFor(account, now))
  },
})

/** Throws TooManyRequests. */
async function countSignup(
  isAnonymous: boolean,
  { limiter, client: { address }, now }: ActionContext,
): Promise<void> {
  const network = networkOf(address)
  if (isAnonymous) {
    const limits: LimitOf[] = [
      [anonymousLimit, network],
      [anonymousTotal, ''],
    ]
    return limiter.count(limits, now)
  }
  // Whoever has found out enough names can try no more of them, taken or not.
  await limiter.check(existenceLimits(address), now)
  await limiter.count([[namedLimit, network]], now)
}

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

async function checkSchema(
  fields: Record<string, Value>,
  mayExtend: boolean,
  schema: SchemaStore,
): Promise<void> {
  newFields(allFieldsOf('user', await schema.fieldsOf('user')), fields, mayExtend)
}
