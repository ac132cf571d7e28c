import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { authResponse } from '../../users/auth-response.ts'
import { defineAction } from '../action.ts'
import { checkPasswordText } from './auth-input.ts'
import { authResult } from './auth-result.ts'

export const resetPassword = defineAction({
  name: 'auth:reset_password',
  summary:
    "Sets a user's password, an anonymous user's too. JWT tokens of before end. The answer carries a token of the user.",
  access: 'master',
  input: z.object({ auth_id: z.string().nullish(), password: z.string().nullish() }),
  output: authResult,
  errors: ['InvalidArgument', 'ResourceNotFound', 'PasswordPolicyViolated', 'ResponseTimeout'],

  async handler({ auth_id: id, password }, context) {
    const { storage, tokens, passwords, policy, passwordHistory, audit, now } = context
    if (!id) throw invalidArgument('empty auth_id', 'auth_id')
    if (!password) throw invalidArgument('empty password', 'password')
    checkPasswordText(password, 'password')
    const user = await storage.accounts.find(id)
    if (!user) throw new ApiError('ResourceNotFound', 'user not found')
    await policy.check(password, user.record.fields)
    await passwordHistory.check(storage.passwordHistory, id, password, now)

    const hash = await passwords.hash(password)
    const accessToken = await storage.transaction(async (stores) => {
      await stores.accounts.setPassword(id, hash, now)
      await audit(stores, 'reset_password', id, { by: 'master_key' })
      await passwordHistory.remember(stores.passwordHistory, id, hash, now)
      const changed = await stores.accounts.find(id)
      if (!changed) throw new ApiError('ResourceNotFound', 'user not found')
      return tokens.issue(stores, changed.account, 'B', context)
    })
    const rules = await context.fieldAccess.rules(now)
    return authResponse({ ...user, accessToken, dialect: 'B', rules })
  },
})
