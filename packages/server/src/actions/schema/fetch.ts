import { z } from 'zod'
import { defineAction } from '../action.ts'
import { presentSchema, recordTypes } from './record-types.ts'

export const fetchSchema = defineAction({
  name: 'schema:fetch',
  summary: 'Gives all record types with their fields.',
  access: 'operator',
  input: z.object({}),
  output: recordTypes,
  errors: [],

  handler: (_, { storage }) => presentSchema(storage.schema),
})
