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
})

afterAll(() => server.close())

describe('record:delete', () => {
  it('deletes records', async () => {
    await save('note/1', 'note/2')

    const answer = await deleteRecords(['note/1', 'note/2'], amy)

    expect(answer.status).toBe(200)
    expect(answer.result).toEqual([
      { _id: 'note/1', _type: 'record' },
      { _id: 'note/2', _type: 'record' },
    ])
    expect(await existing('note/1', 'note/2')).toEqual([])
  })

  it('gives an error item for a record that does not exist, and deletes the others', async () => {
    await save('note/3')

    const { result } = await deleteRecords(['note/none', 'note/3'], amy)

    expect(result).toMatchObject([
      { _type: 'error', _id: 'note/none', code: 110 },
      { _type: 'record', _id: 'note/3' },
    ])
  })

  it('refuses a record that the user may read and not write', async () => {
    await save('note/4')
    const access = [{ level: 'read', public: true }]
    await server.call('record:save', { records: [{ _id: 'note/4', _access: access }] }, amy)

    const { result } = await deleteRecords(['note/4'], bea)

    expect(result).toMatchObject([{ _type: 'error', code: 102 }])
    expect(await existing('note/4')).toEqual(['note/4'])
  })

  it('refuses a user record, even to the owner and to the master key', async () => {
    const id = `user/${amy.userId}`

    const byOwner = await deleteRecords([id], amy)
    const byMaster = await deleteRecords([id], { key: server.masterKey })

    expect(byOwner.result).toMatchObject([{ code: 102, message: 'cannot delete user record' }])
    expect(byMaster.result).toMatchObject([{ code: 102, message: 'cannot delete user record' }])
  })

  it('deletes none with atomic when one fails', async () => {
    await save('note/5')

    const answer = await deleteRecords(['note/5', 'note/none'], amy, { atomic: true })

    expect(answer.status).toBe(409)
    expect(answer.error).toMatchObject({ code: 115, info: { 'note/none': { code: 110 } } })
    expect(await existing('note/5')).toEqual(['note/5'])
  })

  it('refuses an empty list', async () => {
    const answer = await deleteRecords([], amy)

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['ids'] } })
  })

  it('refuses an id that is none', async () => {
    const answer = await deleteRecords(['no-slash'], amy)

    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['ids'] } })
  })

  it('ignores the records that mobile clients send beside the ids', async () => {
    await save('note/6')
    const records = [{ _recordType: 'note', _recordID: '6' }]

    const { result } = await deleteRecords(['note/6'], amy, { records })

    expect(result).toMatchObject([{ _type: 'record' }])
  })

  it('needs a user', async () => {
    const answer = await deleteRecords(['note/1'], {})

    expect(answer.error?.name).toBe('NotAuthenticated')
  })
})

async function signUp(username: string) {
  const { user_id: userId, access_token: token } = await server.signUp(username)
  return { userId, token }
}

function save(...ids: string[]) {
  return server.call('record:save', { records: ids.map((_id) => ({ _id })) }, amy)
}

function deleteRecords(
  ids: unknown[],
  credentials: Credentials,
  more: Record<string, unknown> = {},
) {
  return server.call('record:delete', { ids, ...more }, credentials)
}

async function existing(...ids: string[]) {
  const { result } = await server.call('record:fetch', { ids }, amy)
  return result.filter(({ _type }) => _type === 'record').map(({ _id }) => _id)
}
