import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import {
  allFieldsOf,
  incompatible,
  isPlainName,
  parseFieldType,
  type RecordType,
  referencedType,
} from '../../records/schema.ts'
import type { FieldType } from '../../records/value.ts'
import type { SchemaStore } from '../../storage/storage.ts'
import { defineAction } from '../action.ts'
import { presentSchema, recordTypes } from './record-types.ts'

const input = z.object({
  record_types: z.record(
    z.string(),
    z.object({
      fields: z
        .array(
          z.object({
            name: z.string(),
            type: z.unknown(),
            index: z.boolean().nullish().describe('true gives queries by the field an index.'),
          }),
        )
        .nullish(),
    }),
  ),
})

type WantedField = NonNullable<z.output<typeof input>['record_types'][string]['fields']>[number]

export const createSchema = defineAction({
  name: 'schema:create',
  summary: 'Adds record types, fields, and indexes of fields; what is there already stays.',
  access: 'operator',
  input,
  output: recordTypes,
  errors: ['InvalidArgument', 'IncompatibleSchema'],

  async handler({ record_types: wanted }, { storage }) {
    return storage.transaction(async ({ schema }) => {
      // Types first, since the fields of one may refer to another.
      for (const name of Object.keys(wanted)) {
        checkName(name, name)
        await schema.addFields(name, new Map())
      }
      for (const [name, { fields }] of Object.entries(wanted)) {
        await addFields(name, fields ?? [], schema)
      }
      return presentSchema(schema)
    })
  },
})

async function addFields(
  recordType: string,
  wanted: WantedField[],
  schema: SchemaStore,
): Promise<void> {
  const type = (await schema.find(recordType))!
  const known = allFieldsOf(recordType, type.fields)
  for (const { name, type: typeName, index } of wanted) {
    checkName(name, name)
    const fieldType = await readType(typeName, schema)
    const knownType = known.get(name)
    if (knownType !== undefined && knownType !== fieldType) {
      throw incompatible(`The field ${name} is of type ${knownType}, not ${fieldType}.`)
    }
    await schema.addFields(recordType, new Map([[name, fieldType]]))
    if (index) await addIndex(recordType, type, name, fieldType, schema)
  }
}

async function readType(name: unknown, schema: SchemaStore): Promise<FieldType> {
  const type = parseFieldType(name)
  if (!type) throw invalidArgument('unexpected field type', String(name))
  const referenced = referencedType(type)
  if (referenced !== undefined && !(await schema.find(referenced))) {
    throw incompatible(`There is no record type ${referenced} to refer to.`)
  }
  return type
}

const withoutIndex = new Set<FieldType>(['json', 'location', 'geometry'])

async function addIndex(
  recordType: string,
  { indexedFields }: RecordType,
  field: string,
  fieldType: FieldType,
  schema: SchemaStore,
): Promise<void> {
  if (indexedFields.has(field)) return
  if (withoutIndex.has(fieldType) || (recordType === 'user' && field === 'last_login_at')) {
    throw invalidArgument(`A field of the type ${fieldType} has no index.`, field)
  }
  if (!isPlainName(recordType) || !isPlainName(field)) {
    throw invalidArgument(
      'What has an index is named with up to 63 letters, digits and underscores.',
      field,
    )
  }
  await schema.addIndex(recordType, field, fieldType)
}

function checkName(name: string, argument: string): void {
  if (name === '' || name.startsWith('_')) {
    throw invalidArgument('attempts to create reserved field', argument)
  }
  if (name.includes('\0') || !name.isWellFormed()) {
    throw invalidArgument('The name has a character that cannot be used.', argument)
  }
}
