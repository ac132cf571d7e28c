import { type Kysely, sql } from 'kysely'
import { invalidArgument } from '../../errors.ts'
import {
  formatRecordId,
  PUBLIC_DATABASE,
  parseRecordId,
  type RecordId,
  type StoredRecord,
} from '../../records/record.ts'
import type { Value } from '../../records/value.ts'
import { runCompiledOnce } from './compiled.ts'
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
  await deleteReferences(db, record.databaseId, record.type, record.key)
  await insertReferences(db, record)
}

const deleteReferences = runCompiledOnce((db, databaseId: string, type: string, key: string) =>
  db
    .deleteFrom('record_reference')
    .where('database_id', '=', databaseId)
    .where('type', '=', type)
    .where('key', '=', key),
)

/** Takes the fields that refer to a record out of those that have them; their times stay. */
export async function removeReferencesTo(
  db: Kysely<Tables>,
  databaseId: string,
  target: RecordId,
): Promise<void> {
  const rows = await db
    .selectFrom('record_reference as reference')
    .innerJoin('record', (join) =>
      join
        .onRef('record.database_id', '=', 'reference.database_id')
        .onRef('record.type', '=', 'reference.type')
        .onRef('record.key', '=', 'reference.key'),
    )
    .select(['record.database_id', 'record.type', 'record.key', 'record.fields'])
    .distinct()
    .where('reference.target_database_id', '=', databaseId)
    .where('reference.target_type', '=', target.type)
    .where('reference.target_key', '=', target.key)
    .execute()
  for (const { database_id, type, key, fields } of rows) {
    const members = Object.entries(JSON.parse(fields) as Record<string, Value>)
    const kept = members.filter(([, value]) => referenceIn(value) !== formatRecordId(target))
    await db
      .updateTable('record')
      .set({ fields: JSON.stringify(Object.fromEntries(kept)) })
      .where('database_id', '=', database_id)
      .where('type', '=', type)
      .where('key', '=', key)
      .execute()
  }
  await db
    .deleteFrom('record_reference')
    .where('target_database_id', '=', databaseId)
    .where('target_type', '=', target.type)
    .where('target_key', '=', target.key)
    .execute()
}

function referencesOf({ fields }: StoredRecord): [field: string, id: string][] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const id = referenceIn(value)
    return id === undefined ? [] : [[field, id] as [string, string]]
  })
}

/** What a field refers to, as `type/key`; undefined if it is no reference. */
function referenceIn(value: Value): string | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && value['$type'] === 'ref' ? String(value['$id']) : undefined
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
