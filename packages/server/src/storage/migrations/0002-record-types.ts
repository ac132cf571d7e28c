import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely'

/** Record types with their rules, references between records, and rules for single fields. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const narrow = <Table extends string, Column extends string>(
    table: CreateTableBuilder<Table, Column>,
  ) => (isSqlite ? table.modifyEnd(sql`without rowid`) : table)

  await narrow(
    db.schema
      .createTable('record_type')
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('create_roles', 'text', (column) => column.notNull())
      .addColumn('default_access', 'text'),
  ).execute()
  await sql`
    insert into record_type (name, create_roles)
    select distinct type, '[]' from record where type <> 'user' union select 'user', '[]'
  `.execute(db)
  await db.schema
    .alterTable('record_field')
    .addColumn('is_indexed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('record_field')
    .addColumn('last_number', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()

  await narrow(
    db.schema
      .createTable('record_reference')
      .addColumn('database_id', 'text', (column) => column.notNull())
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('key', 'text', (column) => column.notNull())
      .addColumn('field', 'text', (column) => column.notNull())
      .addColumn('target_database_id', 'text', (column) => column.notNull())
      .addColumn('target_type', 'text', (column) => column.notNull())
      .addColumn('target_key', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('record_reference_key', ['database_id', 'type', 'key', 'field'])
      .addForeignKeyConstraint(
        'record_reference_source',
        ['database_id', 'type', 'key'],
        'record',
        ['database_id', 'type', 'key'],
        (constraint) => constraint.onDelete('cascade'),
      ),
  ).execute()
  await db.schema
    .createIndex('record_reference_target')
    .on('record_reference')
    .columns(['target_database_id', 'target_type', 'target_key'])
    .execute()

  await narrow(
    db.schema
      .createTable('field_access')
      .addColumn('record_type', 'text', (column) => column.notNull())
      .addColumn('record_field', 'text', (column) => column.notNull())
      .addColumn('user_role', 'text', (column) => column.notNull())
      .addColumn('writable', 'integer', (column) => column.notNull())
      .addColumn('readable', 'integer', (column) => column.notNull())
      .addColumn('comparable', 'integer', (column) => column.notNull())
      .addColumn('discoverable', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('field_access_key', ['record_type', 'record_field', 'user_role']),
  ).execute()
  // Users see the user names of others; of e-mail addresses only whether they know them already.
  await sql`
    insert into field_access
      (record_type, record_field, user_role, writable, readable, comparable, discoverable)
    values
      ('user', 'username', '_owner', 1, 1, 1, 1),
      ('user', 'username', '_any_user', 0, 1, 1, 1),
      ('user', 'email', '_owner', 1, 1, 1, 1),
      ('user', 'email', '_any_user', 0, 0, 1, 1)
  `.execute(db)
}
