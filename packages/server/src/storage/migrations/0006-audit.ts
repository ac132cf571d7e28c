import { type Kysely, SqliteAdapter, sql } from 'kysely'

/** What was done to accounts; at the same time the outbox of what is told elsewhere. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const table = db.schema
    .createTable('audit_event')
    // Begins with the time, so the oldest and the newest are at the ends of the key's tree.
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('actor', 'text')
    .addColumn('data', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('due_at', 'bigint')
  await (isSqlite ? table.modifyEnd(sql`without rowid`) : table).execute()
  await db.schema
    .createIndex('audit_event_user')
    .on('audit_event')
    .columns(['user_id', 'id'])
    .where('user_id', 'is not', null)
    .execute()
  await db.schema
    .createIndex('audit_event_due')
    .on('audit_event')
    .column('due_at')
    .where('due_at', 'is not', null)
    .execute()
}
