import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

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

describe('record:save', () => {
  it('makes a record that belongs to the user', async () => {
    const answer = await save([{ _id: 'note/1', text: 'hi' }], amy)

    expect(answer.status).toBe(200)
    expect(answer.result).toMatchObject([
      {
        _id: 'note/1',
        _type: 'record',
        _access: null,
        _ownerID: amy.userId,
        _created_by: amy.userId,
        _updated_by: amy.userId,
        text: 'hi',
      },
    ])
  })

  it('changes the given fields and leaves the others', async () => {
    await save([{ _id: 'note/2', text: 'hi', done: false }], amy)

    const { result } = await save([{ _id: 'note/2', done: true }], amy)

    expect(result).toMatchObject([{ text: 'hi', done: true }])
  })

  it('clears a field with null', async () => {
    await save([{ _id: 'note/3', text: 'hi' }], amy)

    const { result } = await save([{ _id: 'note/3', text: null }], amy)

    expect(result[0]).not.toHaveProperty('text')
  })

  it('AC-04: keeps owner, creator and time of creation when another user writes', async () => {
    const [before] = (await save([{ _id: 'note/4', text: 'hi' }], amy)).result

    const [after] = (await save([{ _id: 'note/4', text: 'ho' }], bea)).result

    expect(after).toMatchObject({
      _ownerID: amy.userId,
      _created_by: amy.userId,
      _created_at: before!['_created_at'],
      _updated_by: bea.userId,
    })
  })

  it('ignores what only the server sets', async () => {
    const record = { _id: 'note/5', _ownerID: 'x', _created_at: 'x', _recordType: 'x', _x: 1 }

    const { result } = await save([record], amy)

    expect(result[0]).toMatchObject({ _type: 'record', _ownerID: amy.userId })
    expect(result[0]).not.toHaveProperty('_x')
  })

  it('gives a result for each record, in order', async () => {
    const records = [{ _id: 'note/6' }, { _id: 'no-slash' }, { _id: 'user/new' }, { _id: 'note/7' }]

    const { status, result } = await save(records, amy)

    expect(status).toBe(200)
    expect(result).toMatchObject([
      { _type: 'record', _id: 'note/6' },
      { _type: 'error', code: 108, info: { arguments: ['id'] } },
      { _type: 'error', _id: 'user/new', name: 'PermissionDenied', code: 102 },
      { _type: 'record', _id: 'note/7' },
    ])
    expect(result[1]).not.toHaveProperty('_id')
  })

  it('takes ids with slashes, quotes and letters of all languages', async () => {
    const id = `note/a/b'c"d$e?f.g é 笔 \u{1f600}`

    await save([{ _id: id, text: 'odd' }], amy)

    const { result } = await server.call('record:fetch', { ids: [id] })
    expect(result).toMatchObject([{ _id: id, text: 'odd' }])
  })

  it('refuses an empty list', async () => {
    const answer = await save([], amy)

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['records'] } })
  })

  it('refuses an access list that is none', async () => {
    const { result } = await save([{ _id: 'note/8', _access: [{ level: 'own' }] }], amy)

    expect(result).toMatchObject([{ _type: 'error', code: 108, info: { arguments: ['_access'] } }])
  })

  it('refuses a record that the user may not write', async () => {
    await save([{ _id: 'note/9', _access: [{ level: 'read', public: true }] }], amy)

    const { result } = await save([{ _id: 'note/9', text: 'mine' }], bea)

    expect(result).toMatchObject([{ _type: 'error', _id: 'note/9', code: 102 }])
  })

  it('replaces the access list, and keeps it when none is given', async () => {
    await save([{ _id: 'note/10', _access: [] }], amy)
    await save([{ _id: 'note/10', _access: [{ level: 'write', user_id: bea.userId }] }], amy)

    const { result } = await save([{ _id: 'note/10', _access: null, text: 'hi' }], bea)

    expect(result).toMatchObject([{ _access: [{ level: 'write', user_id: bea.userId }] }])
  })

  it('fails the whole request for a value that does not fit its field', async () => {
    await save([{ _id: 'typed/1', size: 1 }], amy)

    const answer = await save([{ _id: 'typed/2' }, { _id: 'typed/3', size: 'large' }], amy)

    expect(answer.status).toBe(409)
    expect(answer.error?.name).toBe('IncompatibleSchema')
    expect(await server.sql("select * from record where key = '2' and type = 'typed'")).toEqual([])
  })

  it('fails the whole request for records that do not fit each other', async () => {
    const answer = await save(
      [
        { _id: 'pair/1', size: 1 },
        { _id: 'pair/2', size: 'large' },
      ],
      amy,
    )

    expect(answer.error?.name).toBe('IncompatibleSchema')
  })

  it('adds no field of a record that the user may not write', async () => {
    await save([{ _id: 'closed/1', _access: [] }], amy)

    await save([{ _id: 'closed/1', intruding: true }], bea)

    expect(await server.sql("select * from record_field where field = 'intruding'")).toEqual([])
  })

  it('refuses new fields when the schema is frozen, but not for the master key', async () => {
    const frozen = await startTestServer({ DEV_MODE: 'NO' })
    onTestFinished(frozen.close)
    const { access_token: token } = await frozen.signUp('amy')
    const body = { records: [{ _id: 'note/1', text: 'hi' }] }

    const byUser = await frozen.call('record:save', body, { token })
    const byMaster = await frozen.call('record:save', body, { key: frozen.masterKey })

    expect(byUser.error).toMatchObject({
      code: 114,
      message: 'Record schema requires migration but migration is disabled.',
    })
    expect(byMaster.result).toMatchObject([{ text: 'hi' }])
  })

  it('IN-04: keeps a member called __proto__ as any other', async () => {
    const record = JSON.parse('{"_id":"note/proto","json":{"__proto__":{"admin":true}}}')

    await save([record], amy)

    const { text } = await server.call('record:fetch', { ids: ['note/proto'] })
    expect(text).toContain('"__proto__":{"admin":true}')
  })

  it('lets fields of odd names be data', async () => {
    const fields = { "a'b": 1, 'a"b': 2, 'a.b': 3, 'a?b': 4, a$b: 5, naïve: 6, constructor: 7 }

    const { result } = await save([{ _id: 'odd/1', ...fields }], amy)

    expect(result).toMatchObject([fields])
  })

  it('needs a user', async () => {
    const answer = await save([{ _id: 'note/x' }], {})

    expect(answer.status).toBe(401)
    expect(answer.error?.name).toBe('NotAuthenticated')
  })

  it('AC-13: does not tell the secrets of an account', async () => {
    const { text } = await save([{ _id: `user/${amy.userId}`, motto: 'hi' }], amy)

    expect(text).not.toMatch(/argon2|token/)
  })
})

describe('record:save with atomic', () => {
  it('saves all records', async () => {
    const { result } = await save([{ _id: 'all/1' }, { _id: 'all/2' }], amy, { atomic: true })

    expect(result).toMatchObject([{ _id: 'all/1' }, { _id: 'all/2' }])
  })

  it('saves none when one fails, and names it', async () => {
    const records = [{ _id: 'none/1' }, { _id: 'user/new' }]

    const answer = await save(records, amy, { atomic: true })

    expect(answer.status).toBe(409)
    expect(answer.error).toMatchObject({
      name: 'AtomicOperationFailure',
      code: 115,
      info: { 'user/new': { name: 'PermissionDenied', code: 102 } },
    })
    expect(await server.sql("select * from record where type = 'none'")).toEqual([])
  })

  it('refuses a request with a record that cannot be read', async () => {
    const answer = await save([{ _id: 'none/2' }, { _id: 'no-slash' }], amy, { atomic: true })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({
      code: 108,
      message: 'fails to de-serialize records',
      info: { arguments: 'records', errors: [{ code: 108 }] },
    })
  })
})

describe('record:save of a user record', () => {
  it('changes the names and the log-in ids in one step', async () => {
    const user = await signUp('old-name')

    const { result } = await save([{ _id: `user/${user.userId}`, username: 'new-name' }], user)

    expect(result).toMatchObject([{ _type: 'record', username: 'new-name' }])
    expect((await logIn('new-name')).status).toBe(200)
    expect((await logIn('old-name')).error?.code).toBe(110)
  })

  it('leaves the log-in ids when the name is taken', async () => {
    const user = await signUp('cat')

    const { result } = await save([{ _id: `user/${user.userId}`, username: 'AMY' }], user)

    expect(result).toMatchObject([
      { _type: 'error', code: 109, message: 'violate unique constraint' },
    ])
    expect((await logIn('cat')).status).toBe(200)
  })

  it('answers a taken name within the failure of an atomic save', async () => {
    const user = await signUp('dan')
    const id = `user/${user.userId}`

    const answer = await save([{ _id: id, username: 'amy' }], user, { atomic: true })

    expect(answer.error).toMatchObject({ code: 115, info: { [id]: { code: 109 } } })
  })

  it('lets the owner change the case of a name', async () => {
    const user = await signUp('eve')

    const { result } = await save([{ _id: `user/${user.userId}`, username: 'EVE' }], user)

    expect(result).toMatchObject([{ username: 'EVE' }])
  })

  it('takes a name away with null', async () => {
    const user = await signUp('fay')

    await save([{ _id: `user/${user.userId}`, username: null }], user)

    expect((await logIn('fay')).error?.code).toBe(110)
    expect((await signUp('fay')).userId).not.toBe(user.userId)
  })

  it('refuses a name that cannot be a log-in id', async () => {
    const { result } = await save([{ _id: `user/${amy.userId}`, username: 'a\u0000my' }], amy)

    expect(result).toMatchObject([{ _type: 'error', code: 108 }])
  })

  it('refuses a name that nobody sees', async () => {
    const { result } = await save([{ _id: `user/${amy.userId}`, email: ' ' }], amy)

    expect(result).toMatchObject([{ _type: 'error', code: 108 }])
  })

  it('takes an empty name from before that is sent back with the record', async () => {
    const user = await signUp('una')
    const { userId } = user
    const old = JSON.stringify({ username: '' })
    await server.sql("update record set fields = ? where type = 'user' and key = ?", old, userId)
    await server.sql("update login_id set canonical = '' where user_id = ?", userId)

    const { result } = await save([{ _id: `user/${userId}`, username: '', motto: 'hi' }], user)

    expect(result).toMatchObject([{ username: '', motto: 'hi' }])
  })

  it('keeps the sessions of the user', async () => {
    const user = await signUp('gus')

    await save([{ _id: `user/${user.userId}`, username: 'gustav' }], user)

    expect((await server.call('me', {}, { token: user.token })).status).toBe(200)
  })

  it('is refused to other users, even for fields of no meaning', async () => {
    const { result } = await save([{ _id: `user/${amy.userId}`, motto: 'by bea' }], bea)

    expect(result).toMatchObject([{ _type: 'error', name: 'PermissionDenied' }])
  })

  it('AC-02: is refused to other users whom the access list lets write', async () => {
    const user = await signUp('hal')
    const access = [{ level: 'write', public: true }]
    await save([{ _id: `user/${user.userId}`, _access: access }], user)

    const { result } = await save([{ _id: `user/${user.userId}`, motto: 'by bea' }], bea)

    expect(result).toMatchObject([{ _type: 'error', name: 'PermissionDenied' }])
  })

  it('is refused to users of a role that the access list lets write', async () => {
    const owner = await signUp('ida')
    const access = [{ level: 'write', role: 'editor' }]
    await save([{ _id: `user/${owner.userId}`, _access: access }], owner)
    const editor = await signUp('ike')
    await server.sql(`update account set roles = '["editor"]' where id = ?`, editor.userId)

    const { result } = await save([{ _id: `user/${owner.userId}`, motto: 'x' }], editor)

    expect(result).toMatchObject([{ _type: 'error', name: 'PermissionDenied' }])
  })

  it('is open to the master key', async () => {
    const user = await signUp('jay')
    const record = { _id: `user/${user.userId}`, username: 'jason' }

    const { result } = await save([record], { key: server.masterKey })

    expect(result).toMatchObject([{ username: 'jason', _ownerID: user.userId }])
    expect((await logIn('jason')).status).toBe(200)
  })

  it('AC-11: makes no user, not even for the master key', async () => {
    const { result } = await save([{ _id: 'user/made-up', username: 'made-up' }], {
      key: server.masterKey,
    })

    expect(result).toMatchObject([{ _type: 'error', message: 'no permission to create' }])
  })

  it('AC-06: ignores the time of the last log-in, in an atomic save too', async () => {
    const rounded = { $type: 'date', $date: '2001-01-01T00:00:00.000Z' }
    const record = { _id: `user/${amy.userId}`, last_login_at: rounded }

    const answer = await save([record], amy, { atomic: true })

    expect(answer.status).toBe(200)
    expect(answer.result[0]!['last_login_at']).not.toEqual(rounded)
  })
})

async function signUp(username: string) {
  const { user_id: userId, access_token: token } = await server.signUp(username)
  return { userId, token }
}

function save(records: unknown[], credentials: Credentials, more: Record<string, unknown> = {}) {
  return server.call('record:save', { records, ...more }, credentials)
}

function logIn(username: string) {
  return server.call('auth:login', { auth_data: { username }, password: testPassword })
}
