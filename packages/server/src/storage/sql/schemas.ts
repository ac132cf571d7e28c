import type { Kysely } from 'kysely'
import type { AccessList } from '../../records/access.ts'
import type { RecordType } from '../../records/schema.ts'
import type { FieldType } from '../../records/value.ts'
import type { SchemaStore } from '../storage.ts'
import { runCompiledOnce } from './compiled.ts'
import type { SqlDialect } from './engine.ts'
import { changeFields } from './field-changes.ts'
import { createFieldIndex, dropFieldIndex } from './field-indexes.ts'
import type { Tables } from './schema.ts'

export function createSchemaStore(db: Kysely<Tables>, dialect: SqlDialect): SchemaStore {
  const isField = (recordType: string, field: string) => ({
    record_type: recordType,
    field,
  })

  async function isIndexed(recordType: string, field: string): Promise<FieldType | undefined> {
    const row = await db
      .selectFrom('record_field')
      .select('field_type')
      .where((eb) => eb.and(isField(recordType, field)))
      .where('is_indexed', '=', 1)
      .executeTakeFirst()
    return row?.field_type as FieldType | undefined
  }

  return {
    async fieldsOf(recordType) {
      const { rows } = await selectFields(db, recordType)
      return new Map(rows.map((row) => [row.field, row.field_type as FieldType]))
    },

    async find(recordType) {
      const { rows } = await selectType(db, recordType)
      return rows.length === 0 ? undefined : toRecordType(rows)
    },

    async all() {
      const rows = await selectTypes(db).orderBy('record_type.name').orderBy('field').execute()
      const byType = Map.groupBy(rows, ({ name }) => name)
      return new Map([...byType].map(([name, fields]) => [name, toRecordType(fields)]))
    },

    async addFields(recordType, fields) {
      await db
        .insertInto('record_type')
        .values({ name: recordType, create_roles: '[]', default_access: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const rows = [...fields].map(([field, fieldType]) => ({
        ...isField(recordType, field),
        field_type: fieldType,
      }))
      if (rows.length === 0) return
      await db
        .insertInto('record_field')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async setCreateRoles(recordType, roles) {
      await db
        .updateTable('record_type')
        .set({ create_roles: JSON.stringify(roles) })
        .where('name', '=', recordType)
        .execute()
    },

    async setDefaultAccess(recordType, access) {
      await db
        .updateTable('record_type')
        .set({ default_access: JSON.stringify(access) })
        .where('name', '=', recordType)
        .execute()
    },

    async renameField(recordType, field, newName) {
      const indexedAs = await isIndexed(recordType, field)
      if (indexedAs) await dropFieldIndex(db, dialect, recordType, field)
      await db
        .updateTable('record_field')
        .set({ field: newName, is_indexed: 0 })
        .where((eb) => eb.and(isField(recordType, field)))
        .execute()
      await db
        .updateTable('record_reference')
        .set({ field: newName })
        .where('type', '=', recordType)
        .where('field', '=', field)
        .execute()
      await changeFields(db, recordType, (name) => (name === field ? newName : name))
      if (indexedAs) await this.addIndex(recordType, newName, indexedAs)
    },

    async deleteField(recordType, field) {
      if (await isIndexed(recordType, field)) await dropFieldIndex(db, dialect, recordType, field)
      await db
        .deleteFrom('record_field')
        .where((eb) => eb.and(isField(recordType, field)))
        .execute()
      await db
        .deleteFrom('record_reference')
        .where('type', '=', recordType)
        .where('field', '=', field)
        .execute()
      await changeFields(db, recordType, (name) => (name === field ? undefined : name))
    },

    async addIndex(recordType, field, fieldType) {
      await createFieldIndex(db, dialect, recordType, { name: field, type: fieldType })
      await db
        .updateTable('record_field')
        .set({ is_indexed: 1 })
        .where((eb) => eb.and(isField(recordType, field)))
        .execute()
    },

    async nextNumber(recordType, field) {
      const { last_number: number } = await db
        .updateTable('record_field')
        .set((eb) => ({ last_number: eb('last_number', '+', 1) }))
        .where((eb) => eb.and(isField(recordType, field)))
        .returning('last_number')
        .executeTakeFirstOrThrow()
      return number
    },

    async skipNumbers(recordType, field, last) {
      await db
        .updateTable('record_field')
        .set({ last_number: last })
        .where((eb) => eb.and(isField(recordType, field)))
        .where('last_number', '<', last)
        .execute()
    },
  }
}

/** Types with their fields, a row for each; a type without fields has one row. */
function selectTypes(db: Kysely<Tables>) {
  return db
    .selectFrom('record_type')
    .leftJoin('record_field', 'record_field.record_type', 'record_type.name')
    .select(['name', 'create_roles', 'default_access', 'field', 'field_type', 'is_indexed'])
}

const selectType = runCompiledOnce((db, recordType: string) =>
  selectTypes(db).where('record_type.name', '=', recordType),
)

const selectFields = runCompiledOnce((db, recordType: string) =>
  db
    .selectFrom('record_field')
    .select(['field', 'field_type'])
    .where('record_type', '=', recordType),
)

interface TypeRow {
  create_roles: string
  default_access: string | null
  field: string | null
  field_type: string | null
  is_indexed: number | null
}

function toRecordType(rows: TypeRow[]): RecordType {
  const { create_roles: createRoles, default_access: defaultAccess } = rows[0]!
  const fields = rows.flatMap(({ field, field_type: type }) =>
    field === null ? [] : [[field, type as FieldType] as const],
  )
  const indexed = rows.flatMap(({ field, is_indexed: is }) =>
    field !== null && is === 1 ? [field] : [],
  )
  return {
    fields: new Map(fields),
    indexedFields: new Set(indexed),
    createRoles: JSON.parse(createRoles) as string[],
    defaultAccess: defaultAccess === null ? null : (JSON.parse(defaultAccess) as AccessList),
  }
}
