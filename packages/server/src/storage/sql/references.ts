import { type Kysely, sql } from 'kysely'
import { invalidArgument } from '../../errors.ts'
import { PUBLIC_DATABASE, parseRecordId, type StoredRecord } from '../../records/record.ts'
import type { RecordReferenceTable, Tables } from './schema.ts'

/**
 * Notes what the fields of a record refer to.
 *
 * Throws InvalidArgument when that does not exist.
 */
export async function insertReferences(db: Kysely<Tables>, record: StoredRecord): Promise<void> {
  const rows: RecordReferenceTable[] = []
  for (const [field, id] of referencesOf(record)) {
    const target = await findTarget(db, record, id)
    if (!target) {
      throw invalidArgument(`The field ${field} refers to a record that does not exist.`, field)
    }
    const { databaseId: database_id, type, key } = record
    rows.push({ database_id, type, key, field, ...target })
  }
  if (rows.length > 0) await db.insertInto('record_reference').values(rows).execute()
}

/** The same for a record that may have referred to others before. */
export async function replaceReferences(db: Kysely<Tables>, record: StoredRecord): Promise<void> {
  await db
    .deleteFrom('record_reference')
    .where('database_id', '=', record.databaseId)
    .where('type', '=', record.type)
    .where('key', '=', record.key)
    .execute()
  await insertReferences(db, record)
}

function referencesOf({ fields }: StoredRecord): [field: string, id: string][] {
  return Object.entries(fields).flatMap(([field, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && value['$type'] === 'ref'
      ? [[field, String(value['$id'])] as [string, string]]
      : [],
  )
}

/** A record of the same database is meant before one of the public database. */
async function findTarget(db: Kysely<Tables>, { databaseId }: StoredRecord, id: string) {
  const target = parseRecordId(id)
  return (
    target &&
    (await db
      .selectFrom('record')
      .select(['database_id as target_database_id', 'type as target_type', 'key as target_key'])
      .where('database_id', 'in', [databaseId, PUBLIC_DATABASE])
      .where('type', '=', target.type)
      .where('key', '=', target.key)
      .orderBy(sql`case when database_id = ${databaseId} then 0 else 1 end`)
      .executeTakeFirst())
  )
}
