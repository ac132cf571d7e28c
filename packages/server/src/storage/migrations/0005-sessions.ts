import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

/** Where sessions were opened, and for a while why they ended. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const narrow = <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => (isSqlite ? table.modifyEnd(sql`without rowid`) : table)

  await db.schema.alterTable('session').addColumn('client', 'text').execute()
  await db.schema.alterTable('session').addColumn('address', 'text').execute()
  await db.schema.alterTable('account').addColumn('tokens_ended', 'text').execute()
  await db.schema.alterTable('revoked_token').addColumn('reason', 'text').execute()

  await narrow(
    db.schema
      .createTable('ended_session')
      .addColumn('token_hash', 'text', (column) => column.primaryKey().notNull())
      .addColumn('reason', 'text', (column) => column.notNull())
      .addColumn('ended_at', 'bigint', (column) => column.notNull()),
  ).execute()
  await db.schema.createIndex('ended_session_time').on('ended_session').column('ended_at').execute()

  await db.schema
    .createIndex('custom_token_user_user')
    .on('custom_token_user')
    .column('user_id')
    .execute()
}
