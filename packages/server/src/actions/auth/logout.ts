import { z } from 'zod'
import { defineAction, OK, statusOk } from '../action.ts'

export const logout = defineAction({
  name: 'auth:logout',
  summary: 'Ends the session of the access token; without one it does nothing.',
  access: 'session',
  input: z.object({}),
  output: statusOk,
  errors: [],

  async handler(_, { caller: { token, user }, storage, tokens, audit, now }) {
    if (!token || !user) return OK
    await storage.transaction(async (stores) => {
      await tokens.end(stores, token, 'loggedOut', now)
      await audit(stores, 'logout', user.account.id)
    })
    return OK
  },
})
