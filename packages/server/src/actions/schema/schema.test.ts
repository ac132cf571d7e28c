import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
} from '../../testing/test-server.ts'

let server: TestServer
let master: TestCredentials
let amy: TestCredentials

const path = (name: string) => ({ $type: 'keypath', $val: name })

beforeAll(async () => {
  server = await startTestServer()
  master = { key: server.masterKey }
  amy = { token: (await server.signUp('amy')).access_token }
})

afterAll(() => server.close())

describe('schema:create', () => {
  it('adds types and fields, and answers the whole schema', async () => {
    const { result } = await create('note', [
      { name: 'title', type: 'string' },
      { name: 'writer', type: 'ref(user)' },
    ])

    expect(result.record_types['note']).toEqual({
      fields: [
        { name: 'title', type: 'string' },
        { name: 'writer', type: 'ref(user)' },
      ],
    })
    expect(result.record_types['user']?.fields).toContainEqual({ name: 'username', type: 'string' })
  })

  it('makes types that refer to each other in one call', async () => {
    const record_types = {
      hen: { fields: [{ name: 'egg', type: 'ref(egg)' }] },
      egg: { fields: [{ name: 'hen', type: 'ref(hen)' }] },
    }

    expect((await server.call('schema:create', { record_types }, master)).status).toBe(200)
  })

  it('refuses a field of another type than it has', async () => {
    await create('typed', [{ name: 'a', type: 'string' }])

    const answer = await create('typed', [{ name: 'a', type: 'number' }])

    expect(answer.status).toBe(409)
    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('changes nothing when one field is refused', async () => {
    await create('half', [
      { name: 'good', type: 'string' },
      { name: '_bad', type: 'string' },
    ])

    const { result } = await server.call('schema:fetch', {}, master)
    expect(result.record_types['half']).toBeUndefined()
  })

  it.each([
    [{ name: 'a', type: 'money' }],
    [{ name: '_a', type: 'string' }],
    [{ name: '', type: 'string' }],
    [{ name: 'a', type: 'json', index: true }],
    [{ name: "a'b", type: 'string', index: true }],
    [{ name: 'a"; drop table record; --', type: 'string', index: true }],
  ])('refuses %j', async (field) => {
    const answer = await create('refused', [field])

    expect(answer.status).toBe(400)
    expect(answer.error?.name).toBe('InvalidArgument')
  })

  it('refuses an index of a type whose name is not plain', async () => {
    const answer = await create("it's", [{ name: 'a', type: 'string', index: true }])

    expect(answer.error?.name).toBe('InvalidArgument')
  })

  it('is for the master key only', async () => {
    const answer = await server.call('schema:create', { record_types: {} }, amy)

    expect(answer.status).toBe(403)
    expect(answer.error?.code).toBe(102)
  })
})

describe('schema:rename', () => {
  it('renames a field in every record', async () => {
    await save({ _id: 'book/1', titel: 'Emma', pages: 400 })

    await server.call(
      'schema:rename',
      { record_type: 'book', item_name: 'titel', new_name: 'title' },
      master,
    )

    const { result } = await server.call('record:fetch', { ids: ['book/1'] })
    expect(result).toMatchObject([{ title: 'Emma', pages: 400 }])
    expect(result[0]).not.toHaveProperty('titel')
  })

  it('keeps references', async () => {
    await save({ _id: 'place/1', name: 'Bath' })
    await save({ _id: 'trip/1', to: reference('place/1') })

    await server.call(
      'schema:rename',
      { record_type: 'trip', item_name: 'to', new_name: 'destination' },
      master,
    )

    const { result } = await server.call('record:delete', { ids: ['place/1'] }, amy)
    expect(result).toMatchObject([{ name: 'ConstraintViolated' }])
  })

  it('refuses a field that does not exist, one that exists and those of the server', async () => {
    await create('shelf', [
      { name: 'a', type: 'string' },
      { name: 'b', type: 'string' },
    ])
    const rename = (record_type: string, item_name: string, new_name: string) =>
      server.call('schema:rename', { record_type, item_name, new_name }, master)

    expect((await rename('shelf', 'x', 'y')).error?.name).toBe('ResourceNotFound')
    expect((await rename('shelf', 'a', 'b')).error?.name).toBe('IncompatibleSchema')
    expect((await rename('shelf', 'a', '_b')).error?.name).toBe('InvalidArgument')
    expect((await rename('shelf', '_id', 'b')).error?.name).toBe('InvalidArgument')
    expect((await rename('user', 'username', 'b')).error?.name).toBe('InvalidArgument')
  })
})

describe('schema:delete', () => {
  it('deletes a field in every record, and lets go what it referred to', async () => {
    await save({ _id: 'place/2', name: 'Bath' })
    await save({ _id: 'stay/1', at: reference('place/2'), nights: 2 })

    await server.call('schema:delete', { record_type: 'stay', item_name: 'at' }, master)

    const { result } = await server.call('record:fetch', { ids: ['stay/1'] })
    expect(result).toMatchObject([{ nights: 2 }])
    expect(result[0]).not.toHaveProperty('at')
    const gone = await server.call('record:delete', { ids: ['place/2'] }, amy)
    expect(gone.result).toEqual([{ _id: 'place/2', _type: 'record' }])
  })
})

describe('schema:access', () => {
  it('leaves making records to the roles', async () => {
    await server.call('schema:access', { type: 'notice', create_roles: ['editor'] }, master)

    expect((await save({ _id: 'notice/1' })).result).toMatchObject([
      { name: 'PermissionDenied', message: 'no permission to create' },
    ])

    const { user_id: id, access_token: token } = await server.signUp('editor')
    await server.call('role:assign', { users: [id], roles: ['editor'] }, master)
    const made = await server.call('record:save', { records: [{ _id: 'notice/1' }] }, { token })
    expect(made.result).toMatchObject([{ _type: 'record' }])
    // Changing is a matter of the record's own access list.
    expect((await save({ _id: 'notice/1', text: 'x' })).result).toMatchObject([{ text: 'x' }])
  })
})

describe('schema:default_access', () => {
  it('is the access list of new records that come without one', async () => {
    const access = [{ level: 'read', public: true }]
    await server.call('schema:default_access', { type: 'poster', default_access: access }, master)

    const { result } = await save({ _id: 'poster/1' }, { _id: 'poster/2', _access: [] })

    expect(result).toMatchObject([{ _access: access }, { _access: [] }])
  })

  it('leaves the access list of a record that is saved again without one', async () => {
    await save({ _id: 'leaflet/1', _access: [] })
    const access = [{ level: 'read', public: true }]
    await server.call('schema:default_access', { type: 'leaflet', default_access: access }, master)

    const { result } = await save({ _id: 'leaflet/1', text: 'x' })

    expect(result).toMatchObject([{ _access: [] }])
  })
})

describe('schema:field_access:update', () => {
  it('gives what a new database begins with', async () => {
    const { result } = await server.call('schema:field_access:get', {}, master)

    expect(result.access.map((rule) => [rule.record_field, rule.user_role, rule.readable])).toEqual(
      [
        ['email', '_owner', true],
        ['email', '_any_user', false],
        ['email_verified', '_owner', true],
        ['is_verified', '_owner', true],
        ['username', '_owner', true],
        ['username', '_any_user', true],
      ],
    )
  })

  it('holds at once', async () => {
    await save({ _id: 'file/1', secret: 'x' })
    const closed = { writable: false, readable: false, comparable: false, discoverable: false }
    const rule = { record_type: 'file', record_field: 'secret', user_role: '_public', ...closed }
    await addRule(rule)

    const { result } = await server.call('record:fetch', { ids: ['file/1'] }, amy)
    expect(result[0]).not.toHaveProperty('secret')
    const query = { record_type: 'file', predicate: ['eq', path('secret'), 'x'] }
    expect((await server.call('record:query', query, amy)).error?.code).toBe(124)
    const sort = { record_type: 'file', sort: [[path('secret'), 'asc']] }
    expect((await server.call('record:query', sort, amy)).error?.code).toBe(124)
  })

  it('closes a field to whoever reads it through a reference', async () => {
    await save({ _id: 'safe/1', code: '0000' })
    await save({ _id: 'door/1', safe: reference('safe/1') })
    const closed = { writable: false, readable: true, comparable: false, discoverable: false }
    await addRule({ record_type: 'safe', record_field: 'code', user_role: '_public', ...closed })

    const query = { record_type: 'door', predicate: ['eq', path('safe.code'), '0000'] }

    expect((await server.call('record:query', query, amy)).error?.code).toBe(124)
  })

  it('holds in another process within a second', async () => {
    const other = await startTestServer({ DATA_DIR: server.dataDirectory })
    try {
      const closed = { writable: false, readable: false, comparable: false, discoverable: false }
      await save({ _id: 'memo/1', text: 'x' })
      await other.call('record:fetch', { ids: ['memo/1'] })
      await addRule({ record_type: 'memo', record_field: 'text', user_role: '_public', ...closed })

      await new Promise((resolve) => setTimeout(resolve, 1_100))

      const { result } = await other.call('record:fetch', { ids: ['memo/1'] })
      expect(result[0]).not.toHaveProperty('text')
    } finally {
      await other.close()
    }
  })

  it.each([
    [{ record_type: 'x' }],
    ['x'],
    [null],
    [{ ...open('note', 'a'), user_role: '_everybody' }],
    [{ ...open('a/b', 'a') }],
    [{ ...open('note', 'a'), readable: 'yes' }],
  ])('refuses the rule %j', async (rule) => {
    const answer = await server.call('schema:field_access:update', { access: [rule] }, master)

    expect(answer.status).toBe(400)
    expect(answer.error?.code).toBe(108)
  })

  it('refuses two rules for the same', async () => {
    const access = [open('note', 'a'), open('note', 'a')]

    const answer = await server.call('schema:field_access:update', { access }, master)

    expect(answer.error?.code).toBe(108)
  })

  it('is for administrators', async () => {
    const answer = await server.call('schema:field_access:update', { access: [] }, amy)

    expect(answer.status).toBe(401)
    expect(answer.error?.code).toBe(102)
  })
})

function create(type: string, fields: Record<string, unknown>[]) {
  return server.call('schema:create', { record_types: { [type]: { fields } } }, master)
}

function save(...records: Record<string, unknown>[]) {
  return server.call('record:save', { records }, amy)
}

function reference(id: string) {
  return { $type: 'ref', $id: id }
}

function open(record_type: string, record_field: string) {
  const all = { writable: true, readable: true, comparable: true, discoverable: true }
  return { record_type, record_field, user_role: '_public', ...all }
}

async function addRule(rule: Record<string, unknown>) {
  const { result } = await server.call('schema:field_access:get', {}, master)
  const access = [...result.access, rule]
  expect((await server.call('schema:field_access:update', { access }, master)).status).toBe(200)
}
