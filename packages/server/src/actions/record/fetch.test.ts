import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let amy: { userId: string; token: string }
let bea: { userId: string; token: string }

beforeAll(async () => {
  server = await startTestServer()
  amy = await signUp('amy')
  bea = await signUp('bea')
  await save({ _id: 'note/open', text: 'open' })
  await save({ _id: 'note/closed', text: 'closed', _access: [] })
  await save({ _id: 'note/for-bea', _access: [{ level: 'read', user_id: bea.userId }] })
  await save({ _id: 'note/for-role', _access: [{ level: 'read', role: 'friend' }] })
})

afterAll(() => server.close())

describe('record:fetch', () => {
  it('gives records by their ids, in the order asked for', async () => {
    const answer = await fetchRecords(['note/closed', 'note/open'], amy)

    expect(answer.status).toBe(200)
    expect(answer.result).toMatchObject([{ text: 'closed' }, { text: 'open' }])
  })

  it('gives records of several types, and one twice that was asked for twice', async () => {
    await save({ _id: 'note/a' }, { _id: 'note/b' }, { _id: 'page/a' })

    const ids = ['page/a', 'note/b', 'page/none', 'note/a', 'note/b']
    const { result } = await server.call('record:fetch', { ids })

    expect(result.map(({ _id, _type }) => [_id, _type])).toEqual(
      ids.map((id) => [id, id === 'page/none' ? 'error' : 'record']),
    )
  })

  it('gives many records', async () => {
    await save({ _id: 'note/a' })
    const ids = ['note/a', ...Array.from({ length: 1_500 }, (_, i) => `note/none-${i}`)]

    const { result } = await server.call('record:fetch', { ids })

    expect(result).toHaveLength(ids.length)
    expect(result[0]).toMatchObject({ _id: 'note/a', _type: 'record' })
  })

  it('refuses more than the limit of queries', async () => {
    const ids = Array.from({ length: 10_001 }, (_, i) => `note/${i}`)

    const answer = await server.call('record:fetch', { ids })

    expect(answer.status).toBe(400)
    expect(answer.error?.code).toBe(108)
  })

  it('gives an error item for a record that does not exist', async () => {
    const { result } = await fetchRecords(['note/none'], amy)

    expect(result).toEqual([
      {
        _type: 'error',
        _id: 'note/none',
        name: 'ResourceNotFound',
        code: 110,
        message: 'record not found',
      },
    ])
  })

  it('gives an error item, and nothing of the record, to whoever may not read it', async () => {
    const { result } = await fetchRecords(['note/closed'], bea)

    expect(result).toEqual([
      {
        _type: 'error',
        _id: 'note/closed',
        name: 'PermissionDenied',
        code: 102,
        message: 'no permission to perform operation',
      },
    ])
  })

  it('gives a record to a user whom the access list names', async () => {
    const { result } = await fetchRecords(['note/for-bea'], bea)

    expect(result).toMatchObject([{ _type: 'record' }])
  })

  it('gives a record to users of a role that the access list names', async () => {
    const cat = await signUp('cat')
    const before = await fetchRecords(['note/for-role'], cat)
    await server.sql(`update account set roles = '["friend"]' where id = ?`, cat.userId)

    const after = await fetchRecords(['note/for-role'], cat)

    expect(before.result).toMatchObject([{ code: 102 }])
    expect(after.result).toMatchObject([{ _type: 'record' }])
  })

  it('gives public records to whoever is not logged in', async () => {
    const { result } = await fetchRecords(['note/open', 'note/for-bea'], {})

    expect(result).toMatchObject([{ _type: 'record' }, { code: 102 }])
  })

  it('gives every record to the master key', async () => {
    const { result } = await fetchRecords(['note/closed'], { key: server.masterKey })

    expect(result).toMatchObject([{ text: 'closed' }])
  })

  it('refuses an empty list', async () => {
    const answer = await fetchRecords([], amy)

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['ids'] } })
  })

  it('refuses an id that is none', async () => {
    const answer = await fetchRecords(['note/open', 'no-slash'], amy)

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['ids'] } })
  })

  it('needs a key or a token', async () => {
    const answer = await fetchRecords(['note/open'], { key: null })

    expect(answer.error?.code).toBe(101)
  })
})

describe('record:fetch of a user record', () => {
  it('gives the owner both names', async () => {
    const { result } = await fetchRecords([`user/${amy.userId}`], amy)

    expect(result).toMatchObject([{ username: 'amy', email: 'amy@example.com' }])
  })

  it('gives other users the user name and not the e-mail address', async () => {
    const { result } = await fetchRecords([`user/${amy.userId}`], bea)

    expect(result[0]).toMatchObject({ username: 'amy' })
    expect(result[0]).not.toHaveProperty('email')
  })

  it('gives neither to whoever is not logged in', async () => {
    const { result } = await fetchRecords([`user/${amy.userId}`], {})

    expect(result[0]).not.toHaveProperty('username')
    expect(result[0]).not.toHaveProperty('email')
  })

  it('gives the master key both names', async () => {
    const { result } = await fetchRecords([`user/${amy.userId}`], { key: server.masterKey })

    expect(result).toMatchObject([{ username: 'amy', email: 'amy@example.com' }])
  })

  it('gives nobody the password hash or a token hash', async () => {
    const { text } = await fetchRecords([`user/${amy.userId}`], { key: server.masterKey })

    expect(text).not.toMatch(/argon2|token/)
  })
})

async function signUp(username: string) {
  const { result } = await server.call('auth:signup', {
    auth_data: { username, email: `${username}@example.com` },
    password: 'correct horse battery',
  })
  return { userId: result.user_id, token: result.access_token }
}

function save(...records: Record<string, unknown>[]) {
  return server.call('record:save', { records }, amy)
}

function fetchRecords(ids: unknown[], credentials: Parameters<TestServer['call']>[2]) {
  return server.call('record:fetch', { ids }, credentials)
}
