import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { isPlainName } from '../../records/schema.ts'
import type { FieldType } from '../../records/value.ts'
import type { SqlDialect } from './engine.ts'
import type { Tables } from './schema.ts'
import { memberOf } from './terms.ts'

/**
 * Makes an index of the values of one field, of the records of one type. It is part of the text of
 * queries from then on, so both names must be plain ones.
 */
export async function createFieldIndex(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  recordType: string,
  field: { name: string; type: FieldType },
): Promise<void> {
  if (!isPlainName(recordType) || !isPlainName(field.name)) {
    throw new Error('Only plain names may become part of a statement.')
  }
  const { path, type } = memberOf(field)
  const name = sql.id(indexName(recordType, field.name))
  const value = dialect.declaredMember(sql.ref('fields'), path, type)
  if (dialect.allowLongStatement) await dialect.allowLongStatement.execute(db)
  await sql`
    create index if not exists ${name}
    on record (database_id, (${value})) where type = ${sql.lit(recordType)}
  `.execute(db)
  if (!dialect.statistics) return
  await dialect.statistics.create(name, value).execute(db)
  await sql`analyze record`.execute(db)
}

export async function dropFieldIndex(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  recordType: string,
  field: string,
): Promise<void> {
  const name = sql.id(indexName(recordType, field))
  await sql`drop index if exists ${name}`.execute(db)
  await dialect.statistics?.drop(name).execute(db)
}

/** A name that fits every engine's limit, whatever the field is called. */
function indexName(recordType: string, field: string): string {
  const digest = createHash('sha256').update(`${recordType}/${field}`).digest('hex')
  return `record_field_${digest.slice(0, 32)}`
}
