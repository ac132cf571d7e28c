import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { defineAction } from '../action.ts'
import { checkFieldToChange, requireArguments } from './field-to-change.ts'
import { presentSchema, recordTypes } from './record-types.ts'

export const deleteField = defineAction({
  name: 'schema:delete',
  summary: 'Deletes a field, with its values in all records of the type.',
  access: 'operator',
  input: z.object({
    record_type: z.string().nullish(),
    item_name: z.string().nullish(),
  }),
  output: recordTypes,
  errors: ['InvalidArgument', 'ResourceNotFound'],

  async handler(input, { storage, settings }) {
    const [recordType, field] = requireArguments({
      record_type: input.record_type,
      item_name: input.item_name,
    }) as [string, string]
    checkFieldToChange(recordType, field, settings.authRecordKeys)
    return storage.transaction(async ({ schema }) => {
      const fields = await schema.fieldsOf(recordType)
      if (!fields.has(field)) throw new ApiError('ResourceNotFound', 'There is no such field.')
      await schema.deleteField(recordType, field)
      return presentSchema(schema)
    })
  },
})
