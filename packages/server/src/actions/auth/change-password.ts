import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { authResponse } from '../../users/auth-response.ts'
import { defineAction } from '../action.ts'
import { checkPasswordText } from './auth-input.ts'
import { authResult } from './auth-result.ts'

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
  errors: ['InvalidArgument', 'InvalidCredentials', 'PasswordPolicyViolated', 'ResponseTimeout'],

  async handler(input, context) {
    const { storage, tokens, passwords, policy, passwordHistory, caller, client, now } = context
    const { audit } = context
    const { account, record, dialect } = caller.user
    const { old_password: oldPassword, password } = input
    if (!oldPassword) throw invalidArgument('empty old password', 'old_password')
    if (!password) throw invalidArgument('empty password', 'password')
    checkPasswordText(password, 'password')
    const oldHash = account.passwordHash
    if (!(await passwords.verify(oldPassword, oldHash)) || !oldHash) {
      await audit(storage, 'change_password_failure', account.id)
      throw incorrect()
    }
    await policy.check(password, record.fields)
    await passwordHistory.check(storage.passwordHistory, account.id, password, now)

    const newHash = await passwords.hash(password)
    const accessToken = await storage.transaction(async (stores) => {
      if (!(await stores.accounts.changePassword(account.id, oldHash, newHash, now))) {
        throw incorrect()
      }
      await audit(stores, 'change_password', account.id, { invalidate: input.invalidate === true })
      await passwordHistory.remember(stores.passwordHistory, account.id, newHash, now)
      return tokens.afterPasswordChange({
        stores,
        account: { ...account, tokenVersion: account.tokenVersion + 1 },
        dialect,
        token: caller.token,
        invalidate: input.invalidate === true,
        client,
        now,
      })
    })
    const rules = await context.fieldAccess.rules(now)
    return authResponse({ account, record, accessToken, dialect, rules })
  },
})

function incorrect(): ApiError {
  return new ApiError('InvalidCredentials', 'Incorrect old password')
}
