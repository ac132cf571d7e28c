import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely'
import type { Subject } from '../../records/access.ts'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import type { RecordQuery, RecordStore } from '../storage.ts'
import type { SqlDialect } from './engine.ts'
import { compilePath, compilePredicate } from './predicates.ts'
import { fromRecord, toRecord } from './rows.ts'
import type { Tables } from './schema.ts'

/** Records that `all` reads at a time. */
const PAGE_SIZE = 500

export function createRecordStore(db: Kysely<Tables>, dialect: SqlDialect): RecordStore {
  return {
    async find(databaseId, { type, key }) {
      const row = await selectRecords(db)
        .where('record.database_id', '=', databaseId)
        .where('record.type', '=', type)
        .where('record.key', '=', key)
        .executeTakeFirst()
      return row && toRecord(row)
    },

    async insert(record) {
      await db.insertInto('record').values(fromRecord(record)).execute()
    },

    async update(record) {
      const { database_id, type, key, ...changed } = fromRecord(record)
      await db
        .updateTable('record')
        .set(changed)
        .where('database_id', '=', database_id)
        .where('type', '=', type)
        .where('key', '=', key)
        .execute()
    },

    async delete(databaseId, { type, key }) {
      await db
        .deleteFrom('record')
        .where('database_id', '=', databaseId)
        .where('type', '=', type)
        .where('key', '=', key)
        .execute()
    },

    async query(query) {
      let select = selectRecords(db).where((eb) => matches(eb, query, dialect))
      for (const { path, direction } of query.sort) {
        select = select.orderBy(
          (eb) => compilePath(eb, dialect, path),
          (order) => (direction === 'asc' ? order.asc().nullsLast() : order.desc().nullsFirst()),
        )
      }
      // SQLite takes an offset only after a limit.
      if (query.limit !== undefined || query.offset > 0) {
        select = select.limit(query.limit ?? Number.MAX_SAFE_INTEGER).offset(query.offset)
      }
      return (await select.execute()).map(toRecord)
    },

    async *all(type) {
      for (let after = ''; ; ) {
        const rows = await selectRecords(db)
          .where('record.database_id', '=', PUBLIC_DATABASE)
          .where('record.type', '=', type)
          .where('record.key', '>', after)
          .orderBy('record.key')
          .limit(PAGE_SIZE)
          .execute()
        yield* rows.map(toRecord)
        if (rows.length < PAGE_SIZE) return
        after = rows.at(-1)!.key
      }
    },

    async count(query) {
      const { count } = await db
        .selectFrom('record')
        .where((eb) => matches(eb, query, dialect))
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
  }
}

/** Records with the time of the last log-in, which user records show but accounts keep. */
function selectRecords(db: Kysely<Tables>) {
  return db
    .selectFrom('record')
    .selectAll('record')
    .select((eb) =>
      eb
        .case()
        .when(
          eb.and([eb('record.type', '=', 'user'), eb('record.database_id', '=', PUBLIC_DATABASE)]),
        )
        .then(
          eb
            .selectFrom('account')
            .select('account.last_login_at')
            .whereRef('account.id', '=', 'record.key'),
        )
        .end()
        .as('last_login_at'),
    )
}

function matches(
  eb: ExpressionBuilder<Tables, 'record'>,
  { databaseId, type, predicate, readableBy }: RecordQuery,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const conditions = [eb('record.database_id', '=', databaseId), eb('record.type', '=', type)]
  return eb.and([
    ...conditions,
    ...(predicate ? [compilePredicate(eb, dialect, predicate)] : []),
    ...(readableBy ? [isReadableBy(eb, readableBy, dialect)] : []),
  ])
}

function isReadableBy(
  eb: ExpressionBuilder<Tables, 'record'>,
  { userId, roles }: Subject,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const allowed = dialect.accessAllows(userId, roles)
  return userId === undefined ? allowed : eb.or([allowed, eb('record.owner_id', '=', userId)])
}
