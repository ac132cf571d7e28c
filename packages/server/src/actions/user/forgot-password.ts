import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { networkOf } from '../../security/client-network.ts'
import type { LimitOf, RateLimit } from '../../security/rate-limit.ts'
import { canonicalName, MAX_LOGIN_ID_BYTES } from '../../users/login-id.ts'
import { defineAction, OK, statusOk } from '../action.ts'
import { lambdaInput } from './lambda-args.ts'

/** Of mails to one address: enough for somebody who looks for the mail, too few for a nuisance. */
const addressLimits: RateLimit[] = [
  { name: 'forgot-password-address', most: 3, perSeconds: 3_600 },
  { name: 'forgot-password-address-day', most: 10, perSeconds: 86_400 },
]

/** A household or an office has several people who forget. */
const clientLimit: RateLimit = {
  name: 'forgot-password-client',
  most: 10,
  perSeconds: 3_600,
  isOfNetwork: true,
}

/** What is kept of Accept-Language; the header is the client's. */
const MAX_LANGUAGES_LENGTH = 200

export const forgotPassword = defineAction({
  name: 'user:forgot-password',
  summary:
    'Has a link to set a new password sent to the address, if a user has it; the answer is the same if nobody has.',
  access: 'guest',
  input: lambdaInput({ email: z.string().nullish() }),
  output: statusOk,
  errors: ['InvalidArgument', 'TooManyRequests', 'NotConfigured'],

  async handler({ args: { email } }, { storage, limiter, mails, client, now }) {
    if (!email) throw invalidArgument('email must be set', 'email')
    if (!email.isWellFormed() || Buffer.byteLength(email) > MAX_LOGIN_ID_BYTES) {
      throw invalidArgument('The email cannot be used.', 'email')
    }
    if (!mails.areSent) throw new ApiError('NotConfigured', 'This server sends no mails.')
    // By what is typed and not by who has it, so that the limit does not tell who exists.
    const byAddress = addressLimits.map((limit): LimitOf => [limit, canonicalName(email)])
    await limiter.count([[clientLimit, networkOf(client.address)], ...byAddress], now)
    // Nobody looks for the user yet: no answer, early or late, can tell whether there is one.
    await storage.resetRequests.add({
      id: randomUUID(),
      address: email,
      languages: client.languages.slice(0, MAX_LANGUAGES_LENGTH),
      requestedAt: now,
    })
    return OK
  },
})
