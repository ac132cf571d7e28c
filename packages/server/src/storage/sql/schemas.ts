import type { Kysely } from 'kysely'
import type { FieldType } from '../../records/value.ts'
import type { SchemaStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createSchemaStore(db: Kysely<Tables>): SchemaStore {
  return {
    async fieldsOf(recordType) {
      const rows = await db
        .selectFrom('record_field')
        .select(['field', 'field_type'])
        .where('record_type', '=', recordType)
        .execute()
      return new Map(rows.map((row) => [row.field, row.field_type as FieldType]))
    },

    async addFields(recordType, fields) {
      const rows = [...fields].map(([field, fieldType]) => ({
        record_type: recordType,
        field,
        field_type: fieldType,
      }))
      if (rows.length === 0) return
      await db
        .insertInto('record_field')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  }
}
