import { z } from 'zod'
import { allFieldsOf } from '../../records/schema.ts'
import type { SchemaStore } from '../../storage/storage.ts'

const field = z.strictObject({
  name: z.string(),
  type: z.string(),
  index: z.literal(true).optional(),
})

/** Every record type with its fields: what all actions that change the schema answer. */
export const recordTypes = z.strictObject({
  record_types: z.record(z.string(), z.strictObject({ fields: z.array(field) })),
})

/** Reads the schema as it is now. */
export async function presentSchema(schema: SchemaStore): Promise<z.output<typeof recordTypes>> {
  const types = [...(await schema.all())].map(([name, { fields, indexedFields }]) => {
    const presented = [...allFieldsOf(name, fields)].map(([field, type]) => ({
      name: field,
      type,
      ...(indexedFields.has(field) && { index: true as const }),
    }))
    return [name, { fields: presented }] as const
  })
  return { record_types: Object.fromEntries(types) }
}
