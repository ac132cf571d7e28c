import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { networkOf } from '../../security/client-network.ts'
import { hasExpired } from '../../security/one-time-code.ts'
import type { RateLimit } from '../../security/rate-limit.ts'
import type { OneTimeCode, User } from '../../storage/storage.ts'
import { languagesOf } from '../../users/user.ts'
import { type ActionContext, defineAction, OK, statusOk } from '../action.ts'
import { checkPasswordText } from '../auth/auth-input.ts'
import { lambdaInput } from './lambda-args.ts'

/** Far from what guessing a code would take; it bounds the work for those who try. */
const clientLimit: RateLimit = {
  name: 'reset-password-client',
  most: 30,
  perSeconds: 3_600,
  isOfNetwork: true,
}

export const resetForgottenPassword = defineAction({
  name: 'user:reset-password',
  summary:
    'Sets a new password with what the link of `user:forgot-password` holds. All sessions of the user end, and none begins.',
  access: 'guest',
  input: lambdaInput({
    user_id: z.string().nullish(),
    code: z.string().nullish(),
    expire_at: z
      .union([z.number(), z.string()])
      .nullish()
      .describe('Unix seconds, as in the link.'),
    new_password: z.string().nullish(),
  }),
  output: statusOk,
  errors: [
    'InvalidArgument',
    'ResourceNotFound',
    'PasswordPolicyViolated',
    'TooManyRequests',
    'ResponseTimeout',
  ],

  async handler({ args }, context) {
    const { storage, passwords, policy, passwordHistory, limiter, mails, client, now } = context
    const { user_id: userId, code: text, expire_at: expireAt, new_password: password } = args
    if (!userId) throw invalidArgument('user_id must be set', 'user_id')
    if (!text) throw invalidArgument('code must be set', 'code')
    if (!expireAt) throw invalidArgument('expire_at must be set', 'expire_at')
    if (!password) throw invalidArgument('new_password must be set', 'new_password')
    checkPasswordText(password, 'new_password')
    await limiter.count([[clientLimit, networkOf(client.address)]], now)

    const { user, code } = await findByCode(userId, text, Number(expireAt), context)
    await policy.check(password, user.record.fields)
    await passwordHistory.check(storage.passwordHistory, userId, password, now)
    const hash = await passwords.hash(password)
    await storage.transaction(async (stores) => {
      // Of several who use the code at the same time, one gets further.
      if (!(await stores.oneTimeCodes.take(code.id))) throw invalidCode()
      await stores.accounts.setPassword(userId, hash, now)
      await stores.sessions.endAllOfUser(userId, 'passwordReset', now)
      await context.audit(stores, 'reset_password', userId, { by: 'code' })
      await passwordHistory.remember(stores.passwordHistory, userId, hash, now)
      const languages = languagesOf(user.record, client.languages)
      const recipient = { address: code.recordValue, languages }
      await mails.post(stores, { kind: 'password-was-reset' }, recipient, now)
    })
    return OK
  },
})

/** Throws ResourceNotFound, the same for an unknown user and for a code that is wrong or over. */
async function findByCode(
  userId: string,
  text: string,
  expireAt: number,
  { storage, codes, now }: ActionContext,
): Promise<{ user: User; code: OneTimeCode }> {
  const code = await codes.check(storage, userId, 'reset_password', text)
  if (!code || code.expiresAt !== expireAt * 1_000 || hasExpired(code, now)) throw invalidCode()
  const user = await storage.accounts.find(userId)
  // An address that is no longer the user's proves nothing.
  if (user?.record.fields[code.recordKey] !== code.recordValue) throw invalidCode()
  return { user, code }
}

function invalidCode(): ApiError {
  return new ApiError('ResourceNotFound', 'user_id is not found or code invalid')
}
