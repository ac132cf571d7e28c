import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import type { RateLimit } from '../../security/rate-limit.ts'
import { authResponse } from '../../users/auth-response.ts'
import { defineAction } from '../action.ts'
import { ResultForDevice } from '../result-for-device.ts'
import { checkPasswordText } from './auth-input.ts'
import { authResult } from './auth-result.ts'

/** Of tries, right or wrong: a stolen session is no place to guess from. */
const userLimit: RateLimit = { name: 'change-password-user', most: 10, perSeconds: 3_600 }

export const changePassword = defineAction({
  name: 'auth:password',
  summary:
    "Changes the caller's password. JWT tokens of before end; others only with `invalidate`. The answer carries the token to go on with.",
  access: 'user',
  withExpiredPassword: true,
  input: z.object({
    old_password: z.string().nullish(),
    password: z.string().nullish(),
    invalidate: z.unknown().optional().describe('true ends all sessions but the new one.'),
  }),
  output: authResult,
  errors: [
    'InvalidArgument',
    'InvalidCredentials',
    'PasswordPolicyViolated',
    'TooManyRequests',
    'ResponseTimeout',
  ],

  async handler(input, context) {
    const { storage, tokens, passwords, policy, passwordHistory, limiter, audit } = context
    const { caller, client, now } = context
    const { account, record, dialect } = caller.user
    const { old_password: oldPassword, password } = input
    if (!oldPassword) throw invalidArgument('empty old password', 'old_password')
    if (!password) throw invalidArgument('empty password', 'password')
    checkPasswordText(password, 'password')
    const oldHash = account.passwordHash
    await limiter.count([[userLimit, account.id]], now)
    if (!(await passwords.verify(oldPassword, oldHash)) || !oldHash) {
      await context.loginAttempts.failedElsewhere(account, now)
      await audit(storage, 'change_password_failure', account.id)
      throw incorrect()
    }
    await policy.check(password, record.fields)
    await passwordHistory.check(storage.passwordHistory, account.id, password, now)

    const newHash = await passwords.hash(password)
    const changed = { ...account, tokenVersion: account.tokenVersion + 1 }
    const accessToken = await storage.transaction(async (stores) => {
      if (!(await stores.accounts.changePassword(account.id, oldHash, newHash, now))) {
        throw incorrect()
      }
      await audit(stores, 'change_password', account.id, { invalidate: input.invalidate === true })
      await passwordHistory.remember(stores.passwordHistory, account.id, newHash, now)
      return tokens.afterPasswordChange({
        stores,
        account: changed,
        dialect,
        token: caller.token,
        invalidate: input.invalidate === true,
        client,
        now,
      })
    })
    const rules = await context.fieldAccess.rules(now)
    const result = authResponse({ account, record, accessToken, dialect, rules })
    return new ResultForDevice(result, context.devices.hintFor(changed, now))
  },
})

function incorrect(): ApiError {
  return new ApiError('InvalidCredentials', 'Incorrect old password')
}
