import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import { PUBLIC_DATABASE, type StoredRecord } from '../../records/record.ts'
import type { RecordQuery, RecordStore } from '../storage.ts'
import { compiledOnce, runCompiledOnce, runCompiledWithRow } from './compiled.ts'
import type { SqlDialect, SqlEngine } from './engine.ts'
import { compilePredicate } from './predicates.ts'
import type { QueryScope } from './query-scope.ts'
import { isReadableBy } from './readable.ts'
import { insertReferences, removeReferencesTo, replaceReferences } from './references.ts'
import { fromRecord, recordColumns, toRecord, valuesOf } from './rows.ts'
import type { RecordTable, Tables } from './schema.ts'
import { compileTerm } from './terms.ts'

/** Records that one statement reads at most. */
const PAGE_SIZE = 500

export function createRecordStore(db: Kysely<Tables>, { dialect, lookUp }: SqlEngine): RecordStore {
  return {
    async find(databaseId, { type, key }) {
      const { rows } = await db.executeQuery(selectById(db, databaseId, type, key))
      return rows[0] && toRecord(valuesOf(rows[0]))
    },

    read: async (databaseId, { type, key }) =>
      lookUp(selectById(db, databaseId, type, key), toRecord),

    async insert(record) {
      await insertRecord(db, fromRecord(record))
      await insertReferences(db, record)
    },

    async update(record) {
      const { database_id, type, key, ...changed } = fromRecord(record)
      await updateRecord(db, { ...changed, database_id, type, key })
      await replaceReferences(db, record)
    },

    async findAll(databaseIds, type, keys) {
      const found: StoredRecord[] = []
      for (let at = 0; at < keys.length; at += PAGE_SIZE) {
        const rows = await selectRecords(db)
          .where('record.database_id', 'in', databaseIds)
          .where('record.type', '=', type)
          .where('record.key', 'in', keys.slice(at, at + PAGE_SIZE))
          .execute()
        found.push(...rows.map(valuesOf).map(toRecord))
      }
      return found
    },

    async findAnywhere({ type, key }) {
      const row = await selectRecords(db)
        .where('record.type', '=', type)
        .where('record.key', '=', key)
        .orderBy('record.database_id')
        .executeTakeFirst()
      return row && toRecord(valuesOf(row))
    },

    async isReferenced(databaseId, { type, key }) {
      const id = [databaseId, type, key] as const
      const { rows } = await selectReference(db, ...id, ...id)
      return rows.length > 0
    },

    async delete(databaseId, { type, key }) {
      await deleteRecord(db, databaseId, type, key)
    },

    async deleteAll(databaseId) {
      await db.deleteFrom('record').where('database_id', '=', databaseId).execute()
    },

    removeReferencesTo: (databaseId, id) => removeReferencesTo(db, databaseId, id),

    async query(query) {
      const rows = await selectQuery(db, query, dialect).execute()
      return rows.map(valuesOf).map(toRecord)
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
        yield* rows.map(valuesOf).map(toRecord)
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
    .select(recordColumns)
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

const insertRecord = runCompiledWithRow((db, row: RecordTable) =>
  db.insertInto('record').values(row),
)

const updateRecord = runCompiledWithRow((db, { database_id, type, key, ...changed }: RecordTable) =>
  db
    .updateTable('record')
    .set(changed)
    .where('database_id', '=', database_id)
    .where('type', '=', type)
    .where('key', '=', key),
)

const deleteRecord = runCompiledOnce((db, databaseId: string, type: string, key: string) =>
  db
    .deleteFrom('record')
    .where('database_id', '=', databaseId)
    .where('type', '=', type)
    .where('key', '=', key),
)

type IdValues = [databaseId: string, type: string, key: string]

/** A reference to the one record from any but the other, which may be the same. */
const selectReference = runCompiledOnce((db, ...ids: [...IdValues, ...IdValues]) => {
  const [targetDatabaseId, targetType, targetKey, databaseId, type, key] = ids
  return db
    .selectFrom('record_reference')
    .select('field')
    .where('target_database_id', '=', targetDatabaseId)
    .where('target_type', '=', targetType)
    .where('target_key', '=', targetKey)
    .where((eb) =>
      eb.not(
        eb.and([eb('database_id', '=', databaseId), eb('type', '=', type), eb('key', '=', key)]),
      ),
    )
    .limit(sql.lit(1))
})

/** Only users have an account: looking for it would be a third of the whole look-up. */
function selectById(db: Kysely<Tables>, databaseId: string, type: string, key: string) {
  const select = type === 'user' ? selectUserRecord : selectRecord
  return select(db, databaseId, type, key)
}

const selectUserRecord = compiledOnce((db, databaseId: string, type: string, key: string) =>
  selectRecords(db)
    .where('record.database_id', '=', databaseId)
    .where('record.type', '=', type)
    .where('record.key', '=', key),
)

const selectRecord = compiledOnce((db, databaseId: string, type: string, key: string) =>
  db
    .selectFrom('record')
    .select(recordColumns)
    .where('database_id', '=', databaseId)
    .where('type', '=', type)
    .where('key', '=', key),
)

/** The statement of a query. */
export function selectQuery(db: Kysely<Tables>, query: RecordQuery, dialect: SqlDialect) {
  let select = selectRecords(db).where((eb) => matches(eb, query, dialect))
  for (const { path, direction } of query.sort) {
    select = select.orderBy(
      (eb) => compileTerm(scopeOf(eb, query, dialect), path).sql,
      (order) => (direction === 'asc' ? order.asc().nullsLast() : order.desc().nullsFirst()),
    )
  }
  // SQLite takes an offset only after a limit.
  if (query.limit === undefined && query.offset === 0) return select
  return select.limit(query.limit ?? Number.MAX_SAFE_INTEGER).offset(query.offset)
}

function scopeOf(
  eb: ExpressionBuilder<Tables, 'record'>,
  { fields, readableBy }: RecordQuery,
  dialect: SqlDialect,
): QueryScope {
  return { eb, dialect, fields, readableBy }
}

function matches(
  eb: ExpressionBuilder<Tables, 'record'>,
  query: RecordQuery,
  dialect: SqlDialect,
): Expression<SqlBool> {
  const { databaseId, predicate, readableBy } = query
  const conditions = [isOfType(query)]
  if (databaseId !== undefined) conditions.push(eb('record.database_id', '=', databaseId))
  if (predicate) conditions.push(compilePredicate(scopeOf(eb, query, dialect), predicate))
  if (readableBy) conditions.push(isReadableBy(readableBy, dialect, 'record'))
  return eb.and(conditions)
}

/** The indexes of a type's fields hold its records only, and serve statements that say the type. */
function isOfType({ type, fields }: RecordQuery): Expression<SqlBool> {
  const hasIndex = [...fields.values()].some((field) => field.kind === 'own' && field.isIndexed)
  return sql<SqlBool>`record.type = ${hasIndex ? sql.lit(type) : type}`
}
