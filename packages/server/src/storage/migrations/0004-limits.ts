import { type Kysely, sql } from 'kysely'

/** Counters that let less and less often instead of not at all. The defaults suit older versions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const column of ['most', 'closes_at', 'free_at']) {
    await db.schema
      .alterTable('rate_limit')
      .addColumn(column, 'bigint', (definition) => definition.notNull().defaultTo(sql.lit(0)))
      .execute()
  }
}
