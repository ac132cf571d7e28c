import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

type Credentials = Parameters<TestServer['call']>[2]

let server: TestServer
let amy: { userId: string; token: string }
let bea: { userId: string; token: string }

beforeAll(async () => {
  server = await startTestServer()
  amy = await signUp('amy')
  bea = await signUp('bea')
  await save('_public', { _id: 'note/1', text: 'public' }, amy)
  await save('_private', { _id: 'note/1', text: 'of amy' }, amy)
})

afterAll(() => server.close())

describe('database_id', () => {
  it.each([undefined, null, '', 5, '_public'])('is the public database for %j', async (id) => {
    const answer = await query(id, {})

    expect(answer.result).toMatchObject([{ text: 'public' }])
  })

  it('is the own private database for _private', async () => {
    const answer = await query('_private', amy)

    expect(answer.result).toMatchObject([{ text: 'of amy' }])
  })

  it('is the own private database for the own user id', async () => {
    const answer = await query(amy.userId, amy)

    expect(answer.result).toMatchObject([{ text: 'of amy' }])
  })

  it('does not show the private records of others as _private', async () => {
    const answer = await query('_private', bea)

    expect(answer.result).toEqual([])
  })

  it('is refused for the user id of somebody else', async () => {
    const answer = await query(amy.userId, bea)

    expect(answer.status).toBe(403)
    expect(answer.error?.name).toBe('PermissionDenied')
  })

  it('is refused for a user id that nobody has, like for one of somebody else', async () => {
    const answer = await query('nobody', bea)

    expect(answer.error?.name).toBe('PermissionDenied')
  })

  it('is open to the master key for any user id', async () => {
    const answer = await query(amy.userId, { key: server.masterKey })

    expect(answer.result).toMatchObject([{ text: 'of amy' }])
  })

  it('needs a user for _private', async () => {
    const answer = await query('_private', {})

    expect(answer.status).toBe(401)
    expect(answer.error?.message).toBe('Authentication is needed for private DB access')
  })

  it('needs the master key for _union', async () => {
    const answer = await query('_union', amy)

    expect(answer.error).toMatchObject({
      code: 101,
      message: 'Master key is needed for union DB access',
    })
  })

  it('is every database for _union, to read', async () => {
    await save('_public', { _id: 'note/1', text: 'for all' }, amy)

    const { result } = await query('_union', { key: server.masterKey })

    expect(result).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ text: 'for all' }),
        expect.objectContaining({ text: 'of amy' }),
      ]),
    )
  })

  it('is refused for _union, to write', async () => {
    const answer = await save('_union', { _id: 'note/2' }, { key: server.masterKey })

    expect(answer.status).toBe(501)
    expect(answer.error?.name).toBe('NotSupported')
  })

  it('is refused for another name with an underscore', async () => {
    const answer = await query('_secret', amy)

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['database_id'] } })
  })

  it('lets two users have private records of the same id', async () => {
    const { result } = await save('_private', { _id: 'note/1', text: 'of bea' }, bea)

    expect(result).toMatchObject([{ _type: 'record', text: 'of bea' }])
    expect((await query('_private', amy)).result).toMatchObject([{ text: 'of amy' }])
  })

  it('keeps private records from fetch and delete in the public database', async () => {
    await save('_private', { _id: 'note/private', text: 'secret' }, amy)

    const fetched = await server.call('record:fetch', { ids: ['note/private'] }, bea)
    const deleted = await server.call('record:delete', { ids: ['note/private'] }, bea)

    expect(fetched.result).toMatchObject([{ code: 110 }])
    expect(deleted.result).toMatchObject([{ code: 110 }])
  })

  it('shows the owner private records whatever their access list says', async () => {
    const { result } = await server.call(
      'record:save',
      { database_id: amy.userId, records: [{ _id: 'note/by-server', _access: [] }] },
      { key: server.masterKey },
    )
    expect(result).toMatchObject([{ _type: 'record' }])

    const body = { database_id: '_private', ids: ['note/by-server'] }
    const fetched = await server.call('record:fetch', body, amy)

    expect(fetched.result).toMatchObject([{ _type: 'record' }])
  })

  it('holds no user of a private database', async () => {
    const { result } = await save('_private', { _id: `user/${bea.userId}`, username: 'x' }, amy)

    expect(result).toMatchObject([{ _type: 'error', code: 102 }])
  })
})

async function signUp(username: string) {
  const { user_id: userId, access_token: token } = await server.signUp(username)
  return { userId, token }
}

function save(databaseId: string, record: Record<string, unknown>, credentials: Credentials) {
  return server.call('record:save', { database_id: databaseId, records: [record] }, credentials)
}

function query(databaseId: unknown, credentials: Credentials) {
  const predicate = ['eq', { $type: 'keypath', $val: '_id' }, '1']
  const body = { database_id: databaseId, record_type: 'note', predicate }
  return server.call('record:query', body, credentials)
}
