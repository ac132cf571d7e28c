import { z } from 'zod'
import { authResponse } from '../users/auth-response.ts'
import { defineAction } from './action.ts'
import { authResult } from './auth/auth-result.ts'

export const me = defineAction({
  name: 'me',
  summary: 'Gives the caller and the token to go on with.',
  access: 'user',
  input: z.object({}),
  output: authResult,
  errors: [],

  async handler(_, { caller, storage, fieldAccess, tokens, activity, client, audit, now }) {
    const { user, token } = caller
    activity.userSeen(user.account, now)
    // A server that acts for a user with the master key has no session yet.
    const accessToken = token
      ? await tokens.renew(token, user, now)
      : await storage.transaction(async (stores) => {
          await audit(stores, 'session_opened', user.account.id)
          return tokens.issue(stores, user.account, user.dialect, { client, now })
        })
    return authResponse({ ...user, accessToken, rules: await fieldAccess.rules(now) })
  },
})
