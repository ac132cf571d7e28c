import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { isMailAddress } from '../../mails/mail.ts'
import type { RateLimit } from '../../security/rate-limit.ts'
import { languagesOf } from '../../users/user.ts'
import { defineAction } from '../action.ts'
import { lambdaInput } from './lambda-args.ts'

/** Of mails that one user can have sent, to whatever addresses. */
const userLimits: RateLimit[] = [
  { name: 'verify-request-user', most: 5, perSeconds: 3_600 },
  { name: 'verify-request-user-day', most: 20, perSeconds: 86_400 },
]

export const requestVerification = defineAction({
  name: 'user:verify_request',
  summary:
    "Sends a code to the address in a field of the caller's user record, which `user:verify_code` takes.",
  access: 'guest',
  input: lambdaInput({ record_key: z.string().nullish() }),
  output: z.undefined(),
  errors: [
    'NotAuthenticated',
    'InvalidArgument',
    'ResourceNotFound',
    'TooManyRequests',
    'NotConfigured',
  ],

  async handler({ args: { record_key: key } }, context) {
    const { storage, codes, limiter, mails, settings, caller, client, audit, now } = context
    if (!caller.user) throw logInFirst()
    if (!key || !settings.verifyKeys.includes(key)) {
      throw invalidArgument('record_key is not configured to verify', 'record_key')
    }
    if (!mails.areSent) throw new ApiError('NotConfigured', 'This server sends no mails.')
    const { id: userId } = caller.user.account
    await limiter.count(
      userLimits.map((limit) => [limit, userId]),
      now,
    )
    const { verifyCodeSeconds: seconds, verifyCodeFormat: typedFormat } = settings
    await storage.transaction(async (stores) => {
      // As it is now: between the look-up of the caller and here it may have changed.
      const user = await stores.accounts.find(userId)
      if (!user) throw new ApiError('ResourceNotFound', 'user not found')
      const address = user.record.fields[key]
      if (!isMailAddress(address)) {
        throw invalidArgument('there is nothing to verify for record_key', 'record_key')
      }
      const { linkCode, typedCode: code } = await codes.issue(stores, {
        userId,
        purpose: 'verify',
        recordKey: key,
        recordValue: address,
        expiresAt: seconds === 0 ? null : now + seconds * 1_000,
        typedFormat,
      })
      await audit(stores, 'verify_code_issued', userId, { record_key: key })
      const mail = { kind: 'verify', code, linkCode, userId, seconds } as const
      const languages = languagesOf(user.record, client.languages)
      await mails.post(stores, mail, { address, languages }, now)
    })
    return undefined
  },
})

/** The error of whoever is not logged in, as the original's plugin said it. */
export function logInFirst(): ApiError {
  return new ApiError('NotAuthenticated', 'You must log in to perform this action.')
}
