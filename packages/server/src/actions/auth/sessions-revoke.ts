import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { sessionIdOf } from '../../security/access-token.ts'
import { defineAction } from '../action.ts'
import { endSessions } from './end-sessions.ts'

export const revokeSessions = defineAction({
  name: 'auth:sessions:revoke',
  summary:
    "Ends sessions of the caller: one by its `id`, all others, or all. With JWT tokens `others` ends the caller's too, and the answer carries a new one.",
  access: 'user',
  input: z.object({
    id: z.string().nullish().describe('As `auth:sessions` gives it.'),
    others: z.boolean().nullish().describe('true ends all sessions but the one that asks.'),
    all: z.boolean().nullish().describe('true ends all sessions, the one that asks included.'),
  }),
  output: z.strictObject({
    status: z.literal('OK'),
    access_token: z.string().optional().describe('With `others`: the token to go on with.'),
  }),
  errors: ['InvalidArgument', 'ResourceNotFound'],

  async handler({ id, others, all }, { caller, storage, tokens, audit, now }) {
    const { user, token } = caller
    if ([id, others, all].filter(Boolean).length !== 1) {
      throw invalidArgument('Give one of id, others and all.', 'id', 'others', 'all')
    }
    return storage.transaction(async (stores) => {
      const { id: userId } = user.account
      if (others || all) {
        await audit(stores, 'session_revoked', userId, all ? { all: true } : { others: true })
      }
      if (others && token) {
        const accessToken = await tokens.revokeOthers(stores, user, token, now)
        return { status: 'OK', access_token: accessToken } as const
      }
      // To a server that acts for the user with the master key all sessions are others.
      if (others || all) {
        await endSessions(stores, userId, 'revoked', now)
        return { status: 'OK' } as const
      }
      const sessions = await tokens.list(stores, user.account, token, now)
      const found = sessions.find(({ tokenHash }) => sessionIdOf(tokenHash) === id)
      // The same for another user's.
      if (!found) throw new ApiError('ResourceNotFound', 'There is no such session.')
      await audit(stores, 'session_revoked', userId, { session: id })
      await (found.isCurrent && token
        ? tokens.end(stores, token, 'revoked', now)
        : stores.sessions.end(found.tokenHash, 'revoked', now))
      return { status: 'OK' } as const
    })
  },
})
