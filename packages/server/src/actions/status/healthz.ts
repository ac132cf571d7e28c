import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { defineAction, OK, statusOk } from '../action.ts'

export const healthz = defineAction({
  name: '_status:healthz',
  summary: 'Tells whether the server can serve.',
  access: 'open',
  input: z.object({}),
  output: statusOk,
  errors: ['UnexpectedUnableToOpenDatabase'],

  async handler(_, { storage, log }) {
    try {
      await storage.ping()
    } catch (error) {
      log.error({ error }, 'the database does not answer')
      throw new ApiError('UnexpectedUnableToOpenDatabase', 'The database does not answer.', {
        cause: error,
        retryAfterSeconds: 1,
      })
    }
    return OK
  },
})
