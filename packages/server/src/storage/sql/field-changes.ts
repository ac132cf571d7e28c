import type { Kysely } from 'kysely'
import type { Value } from '../../records/value.ts'
import type { Tables } from './schema.ts'

/** Records that are read at a time. */
const PAGE_SIZE = 500

/**
 * Renames fields in all records of a type, in all databases; those for which `rename` gives
 * undefined are removed. The times of the records stay.
 */
export async function changeFields(
  db: Kysely<Tables>,
  recordType: string,
  rename: (field: string) => string | undefined,
): Promise<void> {
  for (const databaseId of await databasesOf(db, recordType)) {
    for (let after = ''; ; ) {
      const rows = await db
        .selectFrom('record')
        .select(['key', 'fields'])
        .where('database_id', '=', databaseId)
        .where('type', '=', recordType)
        .where('key', '>', after)
        .orderBy('key')
        .limit(PAGE_SIZE)
        .execute()
      for (const { key, fields } of rows) {
        const changed = renameMembers(fields, rename)
        if (changed === fields) continue
        await db
          .updateTable('record')
          .set({ fields: changed })
          .where('database_id', '=', databaseId)
          .where('type', '=', recordType)
          .where('key', '=', key)
          .execute()
      }
      if (rows.length < PAGE_SIZE) break
      after = rows.at(-1)!.key
    }
  }
}

async function databasesOf(db: Kysely<Tables>, recordType: string): Promise<string[]> {
  const rows = await db
    .selectFrom('record')
    .select('database_id')
    .distinct()
    .where('type', '=', recordType)
    .execute()
  return rows.map(({ database_id: id }) => id)
}

function renameMembers(fields: string, rename: (field: string) => string | undefined): string {
  const members = Object.entries(JSON.parse(fields) as Record<string, Value>)
  const renamed = members.flatMap(([name, value]) => {
    const newName = rename(name)
    return newName === undefined ? [] : [[newName, value] as const]
  })
  return JSON.stringify(Object.fromEntries(renamed))
}
