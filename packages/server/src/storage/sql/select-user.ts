import type { Kysely } from 'kysely'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import { userColumns } from './rows.ts'
import type { Tables } from './schema.ts'

/** Accounts joined with their records. */
export function selectUser(db: Kysely<Tables>) {
  return db
    .selectFrom('account')
    .innerJoin('record', (join) =>
      join
        .onRef('record.key', '=', 'account.id')
        .on('record.type', '=', 'user')
        .on('record.database_id', '=', PUBLIC_DATABASE),
    )
    .select(userColumns)
}
