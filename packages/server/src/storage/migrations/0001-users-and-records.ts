import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

/**
 * Portable between SQLite and PostgreSQL: ids are text, times are Unix milliseconds, booleans are
 * 0 or 1, JSON is text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Narrow tables that are looked up by their whole primary key are stored in the key's own tree.
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const narrow = <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => (isSqlite ? table.modifyEnd(sql`without rowid`) : table)

  await narrow(
    db.schema
      .createTable('account')
      .addColumn('id', 'text', (column) => column.primaryKey().notNull())
      .addColumn('password_hash', 'text')
      .addColumn('token_version', 'integer', (column) => column.notNull())
      .addColumn('password_changed_at', 'bigint')
      .addColumn('disabled', 'integer', (column) => column.notNull())
      .addColumn('disabled_message', 'text')
      .addColumn('disabled_until', 'bigint')
      .addColumn('last_login_at', 'bigint')
      .addColumn('last_seen_at', 'bigint')
      .addColumn('roles', 'text', (column) => column.notNull()),
  ).execute()

  await narrow(
    db.schema
      .createTable('role')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('is_admin', 'integer', (column) => column.notNull())
      .addColumn('is_default', 'integer', (column) => column.notNull()),
  ).execute()
  await sql`insert into role (name, is_admin, is_default) values ('Admin', 1, 0)`.execute(db)

  await narrow(
    db.schema
      .createTable('custom_token_user')
      .addColumn('subject', 'text', (column) => column.primaryKey().notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('account.id').onDelete('cascade'),
      ),
  ).execute()

  await narrow(
    db.schema
      .createTable('login_id')
      .addColumn('key_group', 'text', (column) => column.notNull())
      .addColumn('canonical', 'text', (column) => column.notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('account.id').onDelete('cascade'),
      )
      .addPrimaryKeyConstraint('login_id_key', ['key_group', 'canonical']),
  ).execute()
  await db.schema.createIndex('login_id_user').on('login_id').column('user_id').execute()

  await db.schema
    .createTable('password_history')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('user_id', 'text', (column) =>
      column.notNull().references('account.id').onDelete('cascade'),
    )
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('set_at', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('password_history_user')
    .on('password_history')
    .columns(['user_id', 'set_at'])
    .execute()

  await narrow(
    db.schema
      .createTable('session')
      .addColumn('token_hash', 'text', (column) => column.primaryKey().notNull())
      .addColumn('user_id', 'text', (column) =>
        column.notNull().references('account.id').onDelete('cascade'),
      )
      .addColumn('dialect', 'text', (column) => column.notNull())
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('last_seen_at', 'bigint', (column) => column.notNull()),
  ).execute()
  await db.schema.createIndex('session_user').on('session').column('user_id').execute()

  await narrow(
    db.schema
      .createTable('revoked_token')
      .addColumn('token_hash', 'text', (column) => column.primaryKey().notNull())
      .addColumn('expires_at', 'bigint'),
  ).execute()

  await db.schema
    .createTable('record')
    .addColumn('database_id', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('access', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .addColumn('fields', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('record_key', ['database_id', 'type', 'key'])
    .execute()

  await narrow(
    db.schema
      .createTable('record_field')
      .addColumn('record_type', 'text', (column) => column.notNull())
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('field_type', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_field_key', ['record_type', 'field']),
  ).execute()

  await narrow(
    db.schema
      .createTable('metadata')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('value', 'text', (column) => column.notNull()),
  ).execute()
}
