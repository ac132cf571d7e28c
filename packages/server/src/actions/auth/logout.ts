import { z } from 'zod'
import { defineAction, OK, statusOk } from '../action.ts'

export const logout = defineAction({
  name: 'auth:logout',
  summary: 'Ends the session of the access token; without one it does nothing.',
  access: 'session',
  input: z.object({}),
  output: statusOk,
  errors: [],

  async handler(_, { caller: { token }, storage, tokens, now }) {
    if (token) await storage.transaction((stores) => tokens.end(stores, token, 'loggedOut', now))
    return OK
  },
})
