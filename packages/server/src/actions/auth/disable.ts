import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { decodeDate } from '../../records/value.ts'
import type { DisabledState } from '../../users/user.ts'
import { defineAction, OK, statusOk } from '../action.ts'

export const disableUser = defineAction({
  name: 'auth:disable:set',
  summary: 'Keeps a user out, for good or until a time, or lets the user in again.',
  access: 'admin',
  input: z.object({
    auth_id: z.string().nullish(),
    disabled: z.boolean().nullish().describe('Absent means false.'),
    message: z.string().nullish().describe('What the user is told.'),
    expiry: z.string().nullish().describe('RFC 3339.'),
  }),
  output: statusOk,
  errors: ['InvalidArgument', 'ResourceNotFound'],

  async handler({ auth_id: id, disabled, message, expiry }, { storage, audit }) {
    const user = id ? await storage.accounts.find(id) : undefined
    if (!user) throw new ApiError('ResourceNotFound', 'User not found')
    const state: DisabledState = disabled
      ? {
          disabled: true,
          disabledMessage: message || null,
          disabledUntil: expiry ? parseExpiry(expiry) : null,
        }
      : { disabled: false, disabledMessage: null, disabledUntil: null }
    await storage.transaction(async (stores) => {
      await stores.accounts.setDisabled(user.account.id, state)
      const event = state.disabled ? 'disable_user' : 'enable_user'
      await audit(stores, event, user.account.id, expiryOf(state))
    })
    return OK
  },
})

/** What the administrator writes to the user is between the two. */
function expiryOf({ disabledUntil }: DisabledState): { expiry?: string } {
  return disabledUntil === null ? {} : { expiry: new Date(disabledUntil).toISOString() }
}

function parseExpiry(expiry: string): number {
  const date = decodeDate(expiry)
  if (date === undefined) throw invalidArgument('invalid expiry', 'expiry')
  return Date.parse(date)
}
