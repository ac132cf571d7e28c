import { shortened } from '../../audit/audit-trail.ts'
import { ApiError, invalidArgument } from '../../errors.ts'
import { userDisabled } from '../../security/authenticate.ts'
import { existenceLimits } from '../../security/existence-answers.ts'
import type { LoginAttempt } from '../../security/login-attempts.ts'
import { isOutdated } from '../../security/password.ts'
import type { User } from '../../storage/storage.ts'
import { authResponse } from '../../users/auth-response.ts'
import { identify } from '../../users/login-id.ts'
import { isDisabled } from '../../users/user.ts'
import { type ActionContext, defineAction } from '../action.ts'
import { ResultForDevice } from '../result-for-device.ts'
import { authDataOf, authInput, dialectOf, refuseProvider } from './auth-input.ts'
import { authResult } from './auth-result.ts'

export const login = defineAction({
  name: 'auth:login',
  summary: 'Logs in with a login id and a password.',
  access: 'key',
  input: authInput,
  output: authResult,
  errors: [
    'InvalidArgument',
    'ResourceNotFound',
    'InvalidCredentials',
    'UserDisabled',
    'TooManyRequests',
    'ResponseTimeout',
  ],

  async handler(input, context) {
    const { storage, tokens, passwords, loginAttempts, devices, settings, audit } = context
    const { caller, client, now } = context
    refuseProvider(input)
    const dialect = dialectOf(input)
    const loginId = identify(settings.authRecordKeys, authDataOf(input))
    if (!loginId) throw invalidArgument('invalid auth data', 'auth_data')

    const user = await storage.loginIds.findUser(loginId)
    const { address, deviceHint } = client
    const isServer = caller.key === 'master'
    const candidate = { user, loginId, address, deviceHint, isServer }
    const attempt = await loginAttempts.begin(candidate, now)
    const passwordHash = user?.account.passwordHash
    // Checked for unknown users too, so that the time does not tell who exists.
    const passwordMatches = await passwords
      .verify(input.password ?? '', passwordHash)
      .catch(async (error: unknown) => {
        await attempt.withdraw()
        throw error
      })
    if (!user) {
      const typed = shortened(loginId.canonical)
      await audit(storage, 'login_failure', null, { reason: 'unknown_user', login_id: typed })
      throw await unknownUser(attempt, context)
    }
    const { id } = user.account
    if (!passwordMatches || !passwordHash) {
      await audit(storage, 'login_failure', id, { reason: 'wrong_password' })
      throw incorrect()
    }
    // After the password, so that only the owner learns that the account is disabled.
    if (isDisabled(user.account, now)) {
      await audit(storage, 'login_failure', id, { reason: 'disabled' })
      throw userDisabled(user.account)
    }

    const currentHash = await renewHash(user, passwordHash, input.password ?? '', context)
    const accessToken = await storage.transaction(async (stores) => {
      // The password may have changed while it was checked.
      if (!(await stores.accounts.recordLogin(id, currentHash, now))) throw incorrect()
      await audit(stores, 'login_success', id, { login_id: loginId.group })
      return tokens.issue(stores, user.account, dialect, context)
    })
    await attempt.succeeded()
    const rules = await context.fieldAccess.rules(now)
    const result = authResponse({ ...user, accessToken, dialect, rules })
    return new ResultForDevice(result, devices.hintFor(user.account, now))
  },
})

/**
 * Hashes the password anew if its hash is of an older kind, and gives the hash that is stored then.
 *
 * Throws InvalidCredentials when the password was changed meanwhile.
 */
async function renewHash(
  { account }: User,
  passwordHash: string,
  password: string,
  { storage, passwords }: ActionContext,
): Promise<string> {
  if (!isOutdated(passwordHash)) return passwordHash
  const newHash = await passwords.hash(password)
  const { accounts } = storage
  if (await accounts.replacePasswordHash(account.id, passwordHash, newHash)) return newHash
  // Another log-in with the same password was faster, or the password is another one now.
  const current = (await accounts.find(account.id))?.account.passwordHash
  if (!current || !(await passwords.verify(password, current))) throw incorrect()
  return current
}

/** Whoever asks for many names is told the same as of a wrong password. */
async function unknownUser(
  { mayTellWhoExists }: LoginAttempt,
  { storage, limiter, client, caller, settings, now }: ActionContext,
): Promise<ApiError> {
  if (settings.enumeration === 'strict' || !mayTellWhoExists) return incorrect()
  const isTold =
    caller.key === 'master' || (await limiter.allows(storage, existenceLimits(client.address), now))
  return isTold ? new ApiError('ResourceNotFound', 'user not found') : incorrect()
}

function incorrect(): ApiError {
  return new ApiError('InvalidCredentials', 'auth_data or password incorrect')
}
