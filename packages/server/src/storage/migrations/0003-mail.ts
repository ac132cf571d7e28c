import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

/** One-time codes, the mails that are to be sent, and counters of rate limits. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const narrow = <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => (isSqlite ? table.modifyEnd(sql`without rowid`) : table)

  await narrow(
    db.schema
      .createTable('one_time_code')
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('account.id').onDelete('cascade'),
      )
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('record_key', 'text', (column) => column.notNull())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('record_value', 'text', (column) => column.notNull())
      .addColumn('link_hash', 'text', (column) => column.notNull())
      .addColumn('typed_hash', 'text')
      .addColumn('tries', 'integer', (column) => column.notNull())
      .addColumn('expires_at', 'bigint')
      .addPrimaryKeyConstraint('one_time_code_key', ['user_id', 'purpose', 'record_key']),
  ).execute()

  await db.schema
    .createTable('reset_request')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('address', 'text', (column) => column.notNull())
    .addColumn('languages', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('reset_request_order')
    .on('reset_request')
    .columns(['requested_at', 'id'])
    .execute()

  await db.schema
    .createTable('outbox_mail')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('recipient', 'text', (column) => column.notNull())
    .addColumn('languages', 'text', (column) => column.notNull())
    .addColumn('facts', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('failed_at', 'bigint')
    .execute()
  await db.schema.createIndex('outbox_mail_due').on('outbox_mail').column('due_at').execute()

  await narrow(
    db.schema
      .createTable('rate_limit')
      .addColumn('key', 'text', (column) => column.primaryKey().notNull())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('resets_at', 'bigint', (column) => column.notNull()),
  ).execute()
  await db.schema.createIndex('rate_limit_reset').on('rate_limit').column('resets_at').execute()

  // Whether an address is verified is its owner's business, and only the server says so.
  await sql`
    insert into field_access
      (record_type, record_field, user_role, writable, readable, comparable, discoverable)
    values
      ('user', 'is_verified', '_owner', 0, 1, 1, 1),
      ('user', 'email_verified', '_owner', 0, 1, 1, 1)
    on conflict do nothing
  `.execute(db)
}
