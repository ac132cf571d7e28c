import { z } from 'zod'
import type { RateLimit } from '../../security/rate-limit.ts'
import { defineAction } from '../action.ts'
import { lambdaInput } from './lambda-args.ts'
import { invalidCode, useVerification } from './use-verification.ts'
import { logInFirst } from './verify-request.ts'

/** Over all codes that the user has sent; each is dead after ten wrong tries. */
const userLimit: RateLimit = { name: 'verify-code-user', most: 20, perSeconds: 86_400 }

export const verifyCode = defineAction({
  name: 'user:verify_code',
  summary:
    'Takes a code of `user:verify_request`, and marks the address that it was sent to as verified.',
  access: 'guest',
  input: lambdaInput({ code: z.string().nullish() }),
  output: z.undefined(),
  errors: ['NotAuthenticated', 'InvalidArgument', 'TooManyRequests'],

  async handler(
    { args: { code: text } },
    { storage, codes, limiter, settings, caller, audit, now },
  ) {
    if (!caller.user) throw logInFirst()
    if (!text) throw invalidCode()
    const { id: userId } = caller.user.account
    await limiter.count([[userLimit, userId]], now)
    const code = await codes.check(storage, userId, 'verify', text)
    if (!code) throw invalidCode()
    await storage.transaction((stores) => useVerification(code, stores, audit, settings, now))
    return undefined
  },
})
