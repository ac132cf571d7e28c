import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
} from '../../testing/test-server.ts'

let server: TestServer
let amy: TestCredentials & { id: string }
let bea: TestCredentials & { id: string }

const path = (name: string) => ({ $type: 'keypath', $val: name })
const reference = (id: string) => ({ $type: 'ref', $id: id })
const place = (longitude: number, latitude: number) => ({
  $type: 'geo',
  $lng: longitude,
  $lat: latitude,
})

beforeAll(async () => {
  server = await startTestServer()
  amy = await signUp('amy')
  bea = await signUp('bea')
  await save('_public', { _id: 'city/rome', name: 'Rome', size: 3 })
  await save('_public', { _id: 'city/secret', name: 'Atlantis', size: 9, _access: [] })
  await save('_public', {
    _id: 'trip/1',
    to: reference('city/rome'),
    by: reference(`user/${amy.id}`),
    from: place(0, 0),
  })
  await save('_public', { _id: 'trip/2', to: reference('city/secret'), from: place(0, 1) })
  await save('_public', { _id: 'trip/3' })
})

afterAll(() => server.close())

describe('a reference', () => {
  it('is refused for its record when it leads nowhere', async () => {
    const { result } = await save(
      '_public',
      { _id: 'trip/9', to: reference('city/nowhere') },
      { _id: 'trip/8' },
    )

    expect(result).toMatchObject([
      { _type: 'error', _id: 'trip/9', name: 'InvalidArgument', info: { arguments: ['to'] } },
      { _type: 'record', _id: 'trip/8' },
    ])
    await server.call('record:delete', { ids: ['trip/8'] }, amy)
  })

  it('fails the whole request when there is no such record type', async () => {
    const answer = await save('_public', { _id: 'trip/9', boat: reference('boat/1') })

    expect(answer.status).toBe(409)
    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('keeps what it leads to from being deleted', async () => {
    const { result } = await server.call('record:delete', { ids: ['city/rome'] }, amy)

    expect(result).toMatchObject([{ _type: 'error', name: 'ConstraintViolated', code: 113 }])
  })

  it('lets go when it changes, is cleared or its record is deleted', async () => {
    await save('_public', { _id: 'city/a' }, { _id: 'city/b' }, { _id: 'city/c' })
    await save('_public', { _id: 'tour/1', to: reference('city/a') })
    await save('_public', { _id: 'tour/1', to: reference('city/b') })
    await save('_public', { _id: 'tour/2', to: reference('city/c') })
    await save('_public', { _id: 'tour/1', to: null })
    await server.call('record:delete', { ids: ['tour/2'] }, amy)

    const { result } = await server.call(
      'record:delete',
      { ids: ['city/a', 'city/b', 'city/c'] },
      amy,
    )

    expect(result.map(({ _type: type }) => type)).toEqual(['record', 'record', 'record'])
  })

  it('of a private record leads to one of the public database too', async () => {
    const { result } = await save('_private', { _id: 'plan/1', to: reference('city/rome') })

    expect(result).toMatchObject([{ to: reference('city/rome') }])
  })

  it('of a public record does not lead into a private database', async () => {
    await save('_private', { _id: 'city/hidden', name: 'Hidden' })

    const { result } = await save('_public', { _id: 'trip/9', to: reference('city/hidden') })

    expect(result).toMatchObject([{ _type: 'error', name: 'InvalidArgument' }])
  })
})

describe('a key path through a reference', () => {
  it('finds and sorts by fields of the other record', async () => {
    expect(await find(amy, { predicate: ['eq', path('to.name'), 'Rome'] })).toEqual(['1'])
    expect(await find(amy, { sort: [[path('to.size'), 'desc']] })).toEqual(['3', '2', '1'])
  })

  it('finds nothing of a record that the caller may not read', async () => {
    expect(await find(amy, { predicate: ['eq', path('to.name'), 'Atlantis'] })).toEqual(['2'])
    expect(await find(bea, { predicate: ['eq', path('to.name'), 'Atlantis'] })).toEqual([])
    expect(await find(bea, { predicate: ['like', path('to.name'), '%'] })).toEqual(['1'])
    expect(await find(bea, { predicate: ['neq', path('to.name'), 'Rome'] })).toEqual([])
  })

  it('obeys the rules for fields of the other record', async () => {
    const predicate = ['eq', path('by.username'), 'amy']

    expect(await find(bea, { predicate })).toEqual(['1'])
    const answer = await server.call('record:query', { record_type: 'trip', predicate })
    expect(answer.error?.code).toBe(124)
  })

  it.each(['to.nothing', 'nothing.name', 'to.name.x', 'from.x', 'to._access'])(
    'is refused as %s',
    async (name) => {
      const body = { record_type: 'trip', predicate: ['eq', path(name), 'x'] }

      expect((await server.call('record:query', body, amy)).error?.code).toBe(120)
    },
  )
})

describe('include', () => {
  it('puts what references lead to into _transient', async () => {
    const { result } = await query(amy, { include: { town: path('to'), owner: path('_owner') } })

    expect(result[0]).toMatchObject({
      _transient: {
        town: { _id: 'city/rome', _type: 'record', name: 'Rome' },
        owner: { _id: `user/${amy.id}`, username: 'amy' },
      },
    })
    expect(result[2]).toMatchObject({ _transient: { town: null } })
  })

  it('gives null for what the caller may not read', async () => {
    const { result } = await query(bea, { include: { town: path('to') } })

    expect(result[1]).toMatchObject({ _transient: { town: null } })
  })

  it('shows of users what the caller may see', async () => {
    const { result } = await server.call('record:query', {
      record_type: 'trip',
      include: { owner: path('_owner'), maker: path('_created_by'), last: path('_updated_by') },
    })

    const { _transient: transient } = result[0] as unknown as { _transient: object }
    expect(Object.keys(transient)).toEqual(['owner', 'maker', 'last'])
    expect(JSON.stringify(transient)).not.toContain('username')
  })

  it('gives null for what is no reference', async () => {
    const { result } = await query(amy, { include: { x: path('from'), y: path('_id') } })

    expect(result[0]).toMatchObject({ _transient: { x: null, y: null } })
  })

  it('gives distances in metres', async () => {
    const distance = ['func', 'distance', path('from'), place(0, 0)]

    const { result } = await query(amy, { include: { far: distance } })

    const far = result.map(
      (record) => (record as { _transient?: { far: unknown } })._transient?.far,
    )
    expect(far).toEqual([0, expect.closeTo(111_195, -2), null])
  })

  it('is refused for a field that does not exist', async () => {
    expect((await query(amy, { include: { x: path('boat') } })).error?.code).toBe(120)
    expect((await query(amy, { include: { x: path('to.name') } })).error?.code).toBe(120)
    expect((await query(amy, { include: { x: 'to' } })).error?.code).toBe(108)
    expect((await query(amy, { include: ['to'] })).error?.code).toBe(108)
  })
})

describe('distance', () => {
  const distance = ['func', 'distance', path('from'), place(0, 2)]

  it('is compared and sorted by', async () => {
    expect(await find(amy, { predicate: ['lt', distance, 200_000] })).toEqual(['2'])
    expect(await find(amy, { predicate: ['lt', 200_000, distance] })).toEqual(['1'])
    expect(await find(amy, { sort: [[distance, 'asc']] })).toEqual(['2', '1', '3'])
  })

  it('is refused without a location', async () => {
    const body = { predicate: ['lt', ['func', 'distance', path('from')], 1] }

    expect((await query(amy, body)).status).toBe(400)
  })
})

async function signUp(username: string) {
  const { user_id: id, access_token: token } = await server.signUp(username)
  return { id, token }
}

function save(database: string, ...records: Record<string, unknown>[]) {
  return server.call('record:save', { database_id: database, records }, amy)
}

function query({ token }: TestCredentials, body: Record<string, unknown>) {
  const trips = { record_type: 'trip', sort: [[path('_id'), 'asc']], ...body }
  return server.call('record:query', trips, { token: token! })
}

async function find(caller: TestCredentials, body: Record<string, unknown>) {
  const { result } = await query(caller, body)
  return result.map(({ _id: id }) => id?.slice('trip/'.length))
}
