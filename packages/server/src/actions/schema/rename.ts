import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { incompatible } from '../../records/schema.ts'
import { defineAction } from '../action.ts'
import { checkFieldToChange, requireArguments } from './field-to-change.ts'
import { presentSchema, recordTypes } from './record-types.ts'

export const renameField = defineAction({
  name: 'schema:rename',
  summary: 'Renames a field, in all records of the type.',
  access: 'operator',
  input: z.object({
    record_type: z.string().nullish(),
    item_name: z.string().nullish(),
    new_name: z.string().nullish(),
  }),
  output: recordTypes,
  errors: ['InvalidArgument', 'ResourceNotFound', 'IncompatibleSchema'],

  async handler(input, { storage, settings }) {
    const [recordType, field, newName] = requireArguments({
      record_type: input.record_type,
      item_name: input.item_name,
      new_name: input.new_name,
    }) as [string, string, string]
    checkFieldToChange(recordType, field, settings.authRecordKeys)
    if (newName.startsWith('_') || newName.includes('\0')) {
      throw invalidArgument('attempts to change reserved key', 'new_name')
    }
    return storage.transaction(async ({ schema }) => {
      const fields = await schema.fieldsOf(recordType)
      if (!fields.has(field)) throw new ApiError('ResourceNotFound', 'There is no such field.')
      if (fields.has(newName)) throw incompatible('There is a field of the new name.')
      await schema.renameField(recordType, field, newName)
      return presentSchema(schema)
    })
  },
})
