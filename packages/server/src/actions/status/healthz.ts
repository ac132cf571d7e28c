import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { defineAction, OK, statusOk } from '../action.ts'
import { databaseUnavailable } from '../readiness.ts'

export const healthz = defineAction({
  name: '_status:healthz',
  summary: 'Tells whether the server can serve.',
  access: 'open',
  withoutDatabase: true,
  input: z.object({}),
  output: statusOk,
  errors: ['ResponseTimeout', 'UnexpectedUnableToOpenDatabase'],

  async handler(_, { storage, readiness }) {
    if (readiness.isStopping) {
      throw new ApiError('ResponseTimeout', 'The server is stopping.', { retryAfterSeconds: 1 })
    }
    if (!readiness.isPrepared) throw databaseUnavailable()
    try {
      await storage.ping()
    } catch (error) {
      throw databaseUnavailable(error)
    }
    return OK
  },
})
