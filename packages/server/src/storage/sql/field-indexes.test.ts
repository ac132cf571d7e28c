import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parsePredicate } from '../../records/predicate.ts'
import { findField, type QueryField } from '../../records/query-fields.ts'
import { parseSort } from '../../records/sort.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { openStorage } from '../open-storage.ts'
import { postgresDialect } from '../postgres/postgres-dialect.ts'
import { sqliteDialect } from '../sqlite/sqlite-dialect.ts'
import type { RecordQuery } from '../storage.ts'
import { selectQuery } from './records.ts'
import type { Tables } from './schema.ts'

const path = (name: string) => ({ $type: 'keypath', $val: name })

const usesFieldIndex =
  /SEARCH record USING INDEX record_field_|Index Scan( Backward)? (using|on) record_field_/

const engines = {
  sqlite: {
    explain: 'explain query plan',
    dialect: sqliteDialect,
    compiler: new Kysely<Tables>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
  },
  postgres: {
    explain: 'explain',
    dialect: postgresDialect,
    compiler: new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    }),
  },
}

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  const fields = [
    { name: 'shop', type: 'string', index: true },
    { name: 'price', type: 'number', index: true },
    { name: 'sold', type: 'datetime', index: true },
    { name: 'customer', type: 'ref(user)', index: true },
    { name: 'note', type: 'string' },
  ]
  const body = { record_types: { sale: { fields } } }
  const { result } = await server.call('schema:create', body, { key: server.masterKey })
  expect(result.record_types['sale']?.fields).toContainEqual({
    name: 'shop',
    type: 'string',
    index: true,
  })
  if (server.engine === 'postgres') await fillTable()
})

afterAll(() => server.close())

describe('a query by a field with an index', () => {
  it.each([
    ['equality', ['eq', path('shop'), 'x']],
    ['equality, the sides exchanged', ['eq', 'x', path('shop')]],
    ['one of a list', ['in', path('shop'), ['x', 'y']]],
    ['a range', ['and', ['gt', path('price'), 5], ['lt', path('price'), 10]]],
    ['a date', ['gte', path('sold'), { $type: 'date', $date: '2026-01-01T00:00:00Z' }]],
    ['a reference', ['eq', path('customer'), { $type: 'ref', $id: 'user/amy' }]],
    [
      'one of several conditions',
      ['and', ['like', path('note'), '%x%'], ['eq', path('shop'), 'x']],
    ],
  ])('uses it for %s', async (_, predicate) => {
    expect(await planOf(predicate)).toMatch(usesFieldIndex)
  })

  it('uses it to sort', async () => {
    const plan = await planOf(['gt', path('price'), 5], [[path('price'), 'desc']])

    expect(plan).toMatch(usesFieldIndex)
    expect(plan).not.toMatch(/TEMP B-TREE|Sort/)
  })

  it('uses it whoever asks', async () => {
    const amy = { userId: 'amy', roles: ['editor'], isMaster: false }

    expect(await planOf(['eq', path('shop'), 'x'], [], amy)).toMatch(usesFieldIndex)
  })

  it('finds the same as without', async () => {
    const amy = await server.signUp('amy')
    const credentials = { token: amy.access_token }
    const sales = Array.from({ length: 40 }, (_, i) => ({
      _id: `sale/${i}`,
      price: i,
      shop: `shop ${i % 3}`,
    }))
    await server.call('record:save', { records: sales }, credentials)

    const { result } = await server.call(
      'record:query',
      {
        record_type: 'sale',
        predicate: ['and', ['eq', path('shop'), 'shop 1'], ['gt', path('price'), 30]],
        sort: [[path('price'), 'asc']],
      },
      credentials,
    )

    expect(result.map(({ _id: id }) => id)).toEqual(['sale/31', 'sale/34', 'sale/37'])
  })

  it('still has it when the field has a new name', async () => {
    const body = { record_type: 'sale', item_name: 'note', new_name: 'remark' }
    const fields = [{ name: 'note', type: 'string', index: true }]
    const create = { record_types: { sale: { fields } } }
    await server.call('schema:create', create, { key: server.masterKey })
    await server.call('schema:rename', body, { key: server.masterKey })

    expect(await planOf(['eq', path('remark'), 'x'])).toMatch(usesFieldIndex)
  })
})

describe('a query by a field without an index', () => {
  it('looks through the records of the type', async () => {
    const body = { record_types: { plain: { fields: [{ name: 'a', type: 'string' }] } } }
    await server.call('schema:create', body, { key: server.masterKey })

    expect(await planOf(['eq', path('a'), 'x'], [], undefined, 'plain')).not.toMatch(usesFieldIndex)
  })
})

/** PostgreSQL rather reads a small table as a whole. */
async function fillTable(): Promise<void> {
  await server.sql(`
    insert into record (database_id, type, key, owner_id, created_at, created_by, updated_at,
      updated_by, fields)
    select '', 'sale', 'filler-' || i, 'x', 0, 'x', 0, 'x', json_build_object('shop', 'filler-' || i,
      'price', -i, 'sold', json_build_object('$type', 'date', '$date', '1999-01-01T00:00:00.' || i || 'Z'),
      'customer', json_build_object('$type', 'ref', '$id', 'user/' || i), 'note', i)
    from generate_series(100000, 101999) as i`)
  await server.sql('analyze record')
}

/** What the engine does for a query, as it explains it. */
async function planOf(
  predicate: unknown,
  sort: unknown[] = [],
  readableBy: RecordQuery['readableBy'] = undefined,
  type = 'sale',
): Promise<string> {
  const query: RecordQuery = {
    databaseId: '',
    type,
    predicate: parsePredicate(predicate),
    sort: parseSort(sort),
    fields: await fieldsOf(type),
    limit: 20,
    offset: 0,
    readableBy,
  }
  const { compiler, dialect, explain } = engines[server.engine]
  const { sql, parameters } = selectQuery(compiler, query, dialect).compile()
  const lines = await server.sql<Record<string, unknown>>(`${explain} ${sql}`, ...parameters)
  return lines.map((line) => line['detail'] ?? line['QUERY PLAN']).join('\n')
}

async function fieldsOf(type: string): Promise<Map<string, QueryField>> {
  const storage = await openStorage(server.databaseUrl)
  const types = await storage.schema.all()
  await storage.close()
  const names = [...types.get(type)!.fields.keys()]
  return new Map(names.map((name) => [name, findField(name, type, types)]))
}
