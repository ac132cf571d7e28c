import { z } from 'zod'
import { defineAction, OK, statusOk } from '../action.ts'

export const logout = defineAction({
  name: 'auth:logout',
  summary: 'Ends the session of the access token; without one it does nothing.',
  access: 'session',
  input: z.object({}),
  output: statusOk,
  errors: [],

  async handler(_, { caller, tokens }) {
    if (caller.token) await tokens.revoke(caller.token)
    return OK
  },
})
