import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
} from '../../testing/test-server.ts'

let server: TestServer
let amy: TestCredentials

const path = (name: string) => ({ $type: 'keypath', $val: name })

beforeAll(async () => {
  server = await startTestServer({ RECORD_QUERY_LIMIT: '3' })
  amy = { token: (await server.signUp('amy')).access_token }
})

afterAll(() => server.close())

describe('a sequence', () => {
  it('numbers the records of its type, asked for or not', async () => {
    await save({ _id: 'bill/1', no: { $type: 'seq' } })
    const { result } = await save({ _id: 'bill/2' }, { _id: 'bill/3', no: { $type: 'seq' } })

    expect(result).toMatchObject([{ no: 2 }, { no: 3 }])
  })

  it('keeps its number when the record is saved again', async () => {
    await save({ _id: 'ticket/1', no: { $type: 'seq' } })
    await save({ _id: 'ticket/1', no: 1, text: 'x' })
    const { result } = await save({ _id: 'ticket/1', text: 'y' })

    expect(result).toMatchObject([{ no: 1 }])
  })

  it('goes on after a number that a client set', async () => {
    await save({ _id: 'page/1', no: { $type: 'seq' } })
    await save({ _id: 'page/2', no: 10 })
    const { result } = await save({ _id: 'page/3' })

    expect(result).toMatchObject([{ no: 11 }])
  })

  it('is a number to queries', async () => {
    const { result } = await query('bill', ['gte', path('no'), 2])

    expect(result).toHaveLength(2)
  })

  it('is not counted for a record that may not be saved', async () => {
    await save({ _id: 'seat/1', no: { $type: 'seq' } })
    await save({ _id: 'seat/2', no: { $type: 'seq' }, at: { $type: 'ref', $id: 'seat/none' } })
    const { result } = await save({ _id: 'seat/3' })

    expect(result).toMatchObject([{ no: 2 }])
  })
})

describe('numbers', () => {
  it('fit fields of all their types, and whole ones only where it is said', async () => {
    const fields = [
      { name: 'whole', type: 'integer' },
      { name: 'any', type: 'number' },
    ]
    const body = { record_types: { sum: { fields } } }
    await server.call('schema:create', body, { key: server.masterKey })

    const { result } = await save(
      { _id: 'sum/1', whole: 1, any: 1.5 },
      { _id: 'sum/2', whole: 1.5 },
    )

    expect(result).toMatchObject([
      { whole: 1, any: 1.5 },
      { _type: 'error', name: 'InvalidArgument', info: { arguments: ['whole'] } },
    ])
  })
})

describe('shapes, assets and JSON', () => {
  it('come back as they were saved', async () => {
    const fields = {
      shape: { $type: 'geojson', $val: { type: 'Point', coordinates: [1, 2] } },
      photo: { $type: 'asset', $name: 'photo.png' },
      json: { list: [1, 'a', null], inner: { deep: true } },
    }

    const { result } = await save({ _id: 'mix/1', ...fields })

    expect(result).toMatchObject([fields])
  })

  it('are refused when they are none', async () => {
    const { result } = await save(
      { _id: 'mix/2', shape: { $type: 'geojson', $val: { type: 'Nonsense' } } },
      { _id: 'mix/3', shape: { $type: 'geojson' } },
    )

    expect(result).toMatchObject([{ code: 108 }, { code: 108 }])
  })

  it('are found by what JSON contains', async () => {
    await save({ _id: 'tagged/1', tags: ['a', 'b'] }, { _id: 'tagged/2', tags: { c: 1 } })

    expect((await query('tagged', ['in', 'b', path('tags')])).result).toHaveLength(1)
    expect((await query('tagged', ['in', 'c', path('tags')])).result).toHaveLength(1)
    expect((await query('tagged', ['in', '1', path('tags')])).result).toEqual([])
  })
})

describe('a literal', () => {
  it('stands for what it spells', async () => {
    await save({
      _id: 'lit/1',
      n: 2,
      b: true,
      at: { $type: 'date', $date: '2020-01-01T00:00:00Z' },
    })

    expect((await query('lit', ['eq', path('n'), '2'])).result).toHaveLength(1)
    expect((await query('lit', ['eq', path('b'), 'true'])).result).toHaveLength(1)
    expect((await query('lit', ['gt', path('at'), '2019-01-01T00:00:00Z'])).result).toHaveLength(1)
    expect((await query('lit', ['eq', path('n'), 'two'])).result).toEqual([])
    expect((await query('lit', ['neq', path('n'), 'two'])).result).toEqual([])
  })
})

describe('relations', () => {
  it('have nobody in them', async () => {
    const relation = { $type: 'relation', $name: '_follow', $direction: 'outward' }

    const answer = await query('lit', ['func', 'userRelation', path('_owner'), relation])

    expect(answer.result).toEqual([])
  })
})

describe('the limit of the server', () => {
  it('is told when it cuts an answer', async () => {
    await save(...[1, 2, 3, 4].map((i) => ({ _id: `many/${i}` })))

    const all = await query('many', undefined)
    const more = await query('many', undefined, { limit: 4, count: true })
    const enough = await query('many', undefined, { limit: 3 })

    expect(all.result).toHaveLength(3)
    expect(all.info).toEqual({ limit: 3 })
    expect(more.result).toHaveLength(3)
    expect(more.info).toEqual({ limit: 3, count: 4 })
    expect(enough.result).toHaveLength(3)
    expect(enough.info).toBeUndefined()
  })
})

describe('desired_keys', () => {
  it('leaves other fields out', async () => {
    await save({ _id: 'wide/1', a: 1, b: 2 })

    const { result } = await query('wide', undefined, { desired_keys: ['a'] })

    expect(result).toMatchObject([{ _id: 'wide/1', _access: null, a: 1 }])
    expect(result[0]).not.toHaveProperty('b')
  })

  it('is refused for a field that does not exist', async () => {
    expect((await query('wide', undefined, { desired_keys: ['x'] })).error?.code).toBe(108)
    expect((await query('wide', undefined, { desired_keys: [1] })).error?.code).toBe(108)
  })
})

describe('a user of a client of dialect A', () => {
  it('is found by any of several names', async () => {
    const names = { usernames: ['AMY', 'nobody'], emails: [] }

    const { result } = await query('user', ['func', 'userDiscover', names])

    expect(result).toMatchObject([{ username: 'amy', _transient: { _username: 'amy' } }])
  })
})

function save(...records: Record<string, unknown>[]) {
  return server.call('record:save', { records }, amy)
}

function query(type: string, predicate: unknown, body: Record<string, unknown> = {}) {
  return server.call('record:query', { record_type: type, predicate, ...body }, amy)
}
