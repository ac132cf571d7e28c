import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startTestServer, type TestServer } from '../server/src/testing/test-server.ts'
import {
  ACL,
  type Client,
  createClient,
  Query,
  Record,
  Reference,
  Role,
  SkygearError,
} from './src/index.ts'
import { createSlowStorage } from './src/testing/storages.ts'

const PASSWORD = 'correct horse battery'

interface Fields {
  title: string
  stars?: number
}

// What both this SDK and the published one do is tested in e2e/scenarios.
let server: TestServer
let amy: Client
let bob: Client
let username: string
let recordType: string

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
})
afterAll(() => server.close())

beforeEach(async () => {
  const unique = crypto.randomUUID()
  username = `amy-${unique}`
  recordType = `note_${unique.replaceAll('-', '')}`
  amy = await connect()
  bob = await connect()
  await amy.auth.signupWithUsername(username, PASSWORD)
  await bob.auth.signupAnonymously()
})

function connect(apiKey = server.apiKey): Promise<Client> {
  return createClient().config({ endPoint: server.url, apiKey })
}

function noteClass() {
  return Record.extend<Fields>(recordType)
}

describe('a query', () => {
  it('gives records of the class that it is for, typed', async () => {
    class Note extends Record.extend<Fields>(recordType) {
      shout() {
        return `${this.title}!`
      }
    }
    await amy.publicDB.save(new Note({ title: 'Hello' }))

    const [note] = await amy.publicDB.query(new Query(Note))

    expect(note).toBeInstanceOf(Note)
    expect(note?.shout()).toBe('Hello!')
    expect(note?.createdAt).toBeInstanceOf(Date)
  })

  it('gives a list of which ordinary lists are made', async () => {
    const Note = noteClass()
    await amy.publicDB.save([new Note({ title: 'a' }), new Note({ title: 'b' })])
    const query = new Query(Note).addAscending('title')
    query.overallCount = true

    const result = await amy.publicDB.query(query)

    expect(result).toBeInstanceOf(amy.QueryResult)
    expect(result.overallCount).toBe(2)
    expect(Object.keys(result)).toEqual(['0', '1'])
    const found = result.map(({ title }) => title)
    expect(found).toEqual(['a', 'b'])
    expect(found).not.toBeInstanceOf(amy.QueryResult)
  })

  it('may be asked again, and is not changed by paging', async () => {
    const Note = noteClass()
    await amy.publicDB.save([new Note({ title: 'a' }), new Note({ title: 'b' })])
    const query = Object.assign(new Query(Note).addAscending('title'), { limit: 1, page: 2 })

    const first = await amy.publicDB.query(query)
    const second = await amy.publicDB.query(query)

    expect([first[0]?.title, second[0]?.title]).toEqual(['b', 'b'])
    expect(query.offset).toBe(0)
  })

  it('keeps nothing of what it has found', async () => {
    const storage = createSlowStorage()
    const Note = noteClass()
    await amy.publicDB.save(new Note({ title: 'Hello' }))
    const reader = createClient({ storage })
    await reader.config({ endPoint: server.url, apiKey: server.apiKey })
    await reader.auth.signupAnonymously()
    const fromCache = vi.fn()

    await reader.publicDB.query(new Query(Note), fromCache)
    const found = await reader.publicDB.query(new Query(Note), fromCache)

    expect(found).toHaveLength(1)
    expect(fromCache).not.toHaveBeenCalled()
    expect(Object.keys(storage.items)).toEqual(['skygear-user', 'skygear-accesstoken'])
    await reader.auth.logout()
    expect(storage.items).toEqual({})
  })

  it('is possible without a user, for what everybody may read', async () => {
    const Note = noteClass()
    const closed = new Note({ title: 'closed' })
    closed.setPublicNoAccess()
    await amy.publicDB.save([new Note({ title: 'open' }), closed])

    const found = await (await connect()).publicDB.query(new Query(Note))

    expect(found.map(({ title }) => title)).toEqual(['open'])
  })

  it('rejects what is not a query', async () => {
    const wrong = { recordType } as never

    await expect(amy.publicDB.query(wrong)).rejects.toBeInstanceOf(SkygearError)
  })
})

describe('getRecordByID', () => {
  it('rejects with an error of the usual kind', async () => {
    const missing = amy.publicDB.getRecordByID(`${recordType}/missing`)

    await expect(missing).rejects.toBeInstanceOf(SkygearError)
    await expect(missing).rejects.toMatchObject({
      code: amy.ErrorCodes.ResourceNotFound,
      message: `${recordType}/missing does not exist`,
    })
    await expect(amy.publicDB.getRecordByID('note')).rejects.toBeInstanceOf(SkygearError)
  })
})

describe('the private database', () => {
  it('rejects before anything is sent, when nobody is logged in', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch')
    const Note = noteClass()
    const { privateDB } = await connect()
    const refusal = {
      code: amy.ErrorCodes.NotAuthenticated,
      message: 'You must login before access to privateDB',
      answered: false,
    }

    await expect(privateDB.query(new Query(Note))).rejects.toMatchObject(refusal)
    await expect(privateDB.save(new Note({ title: 'a' }))).rejects.toMatchObject(refusal)
    await expect(privateDB.delete(new Note({ title: 'a' }))).rejects.toMatchObject(refusal)
    await expect(privateDB.getRecordByID(`${recordType}/a`)).rejects.toMatchObject(refusal)
    expect(fetched).not.toHaveBeenCalled()
    fetched.mockRestore()
  })

  it('waits for a session that is still being read', async () => {
    const storage = createSlowStorage()
    const first = createClient({ storage })
    await first.config({ endPoint: server.url, apiKey: server.apiKey })
    await first.auth.signupAnonymously()
    const again = createClient({ storage })
    void again.config({ endPoint: server.url, apiKey: server.apiKey })

    expect(await again.privateDB.query(new Query(noteClass()))).toHaveLength(0)
  })
})

describe('saving', () => {
  it('takes only records', async () => {
    const wrong = (value: unknown) => value as Record

    await expect(amy.publicDB.save(wrong({ title: 'x' }))).rejects.toThrow('Only records')
    await expect(amy.publicDB.save([wrong(null)])).rejects.toThrow('Only records')
  })

  it('of an empty list is refused by the server', async () => {
    await expect(amy.publicDB.save([] as Record[])).rejects.toMatchObject({
      code: amy.ErrorCodes.InvalidArgument,
      answered: true,
    })
  })

  it('sends an access list that was changed, and gives back what is stored', async () => {
    const note = new (noteClass())({ title: 'Hello' })
    await amy.publicDB.save(note)
    expect(note.access.isChosen).toBe(false)

    note.setReadWriteAccessForUser(bob.auth.currentUser!)
    await amy.publicDB.save(note)

    const seen = await bob.publicDB.getRecordByID(note.id)
    expect(seen.hasWriteAccessForUser(bob.auth.currentUser!)).toBe(true)
    expect(seen.hasPublicReadAccess()).toBe(true)
    expect(seen.hasPublicWriteAccess()).toBe(false)
  })

  it('leaves alone a record that has no access list', async () => {
    const note = new (noteClass())({ title: 'Hello' })
    await amy.publicDB.save(note)

    const fetched = await bob.publicDB.getRecordByID(note.id)
    fetched['title'] = 'Changed by Bob'
    await bob.publicDB.save(fetched)
    const again = await amy.publicDB.getRecordByID(note.id)

    expect(again.toJSON()).toMatchObject({ title: 'Changed by Bob', _access: null })
  })

  it('gives references back as references', async () => {
    const Note = noteClass()
    const first = await amy.publicDB.save(new Note({ title: 'first' }))
    const second = new Note({ title: 'second', next: new Reference(first) })

    await amy.publicDB.save(second)

    expect(second['next']).toEqual(new Reference(first.id))
  })
})

describe('setDefaultACL', () => {
  it('is for new records of the public database that have no access list', async () => {
    const Note = noteClass()
    const existing = await amy.publicDB.save(new Note({ title: 'existing' }))
    amy.publicDB.setDefaultACL(new ACL([]))
    const plain = new Note({ title: 'plain' })
    const open = new Note({ title: 'open' })
    open.setPublicReadOnly()

    await amy.publicDB.save([plain, open, existing])
    const diary = await amy.privateDB.save(new Note({ title: 'diary' }))

    expect(amy.publicDB.defaultACL?.toJSON()).toEqual([])
    const access = [plain, open, existing, diary].map((note) => note.toJSON()['_access'])
    expect(access).toEqual([[], [{ level: 'read', public: true }], null, null])
    expect(bob.publicDB.defaultACL).toBeUndefined()
  })
})

describe('deleting', () => {
  it('takes all or none when asked to', async () => {
    const Note = noteClass()
    const mine = await amy.publicDB.save(new Note({ title: 'mine' }))
    const closed = new Note({ title: 'closed', _access: [] })
    await bob.publicDB.save(closed)

    await expect(amy.publicDB.delete([mine, closed], { atomic: true })).rejects.toMatchObject({
      code: amy.ErrorCodes.AtomicOperationFailure,
    })

    expect((await amy.publicDB.getRecordByID(mine.id))['title']).toBe('mine')
  })

  it('gives errors of the usual kind', async () => {
    const Note = noteClass()
    const mine = await amy.publicDB.save(new Note({ title: 'mine' }))

    const errors = await amy.publicDB.delete([new Note({ _id: 'missing' }), mine])

    expect(errors?.[0]).toBeInstanceOf(SkygearError)
    expect(errors?.[0]).toMatchObject({ code: 110, error: { _id: `${recordType}/missing` } })
    expect(errors?.[1]).toBeUndefined()
  })

  it('takes only records', async () => {
    const wrong = `${recordType}/1` as never

    await expect(amy.publicDB.delete(wrong)).rejects.toThrow('Only records')
  })
})

describe('looking after users', () => {
  let operator: Client

  beforeEach(async () => {
    operator = await connect(server.masterKey)
  })

  it('takes users and roles by name or as such', async () => {
    const { _id } = amy.auth.currentUser!
    const role = `role-${_id}`

    await operator.auth.assignUserRole([_id], [role])
    expect(await operator.auth.fetchUserRole([amy.auth.currentUser!])).toEqual({
      [_id]: [new Role(role)],
    })
    await operator.auth.revokeUserRole([amy.auth.currentUser!], [new Role(role)])
    expect(await amy.auth.fetchUserRole([_id])).toEqual({ [_id]: [] })
  })

  it('is refused to users', async () => {
    const user = bob.auth.currentUser!

    await expect(amy.auth.assignUserRole([user], ['boss'])).rejects.toMatchObject({ code: 102 })
    await expect(amy.auth.adminDisableUser(user)).rejects.toMatchObject({ code: 102 })
    await expect(amy.auth.adminResetPassword(user, PASSWORD)).rejects.toMatchObject({ code: 102 })
    expect(amy.auth.currentUser?.username).toBe(username)
  })

  it('resets a password without touching the session', async () => {
    const { _id } = bob.auth.currentUser!
    await operator.auth.signupAnonymously()
    const { accessToken } = operator.auth
    const events: unknown[] = []
    operator.auth.onUserChanged((user) => events.push(user))

    expect(await operator.auth.adminResetPassword(_id, PASSWORD)).toBe(_id)

    expect(operator.auth.accessToken).toBe(accessToken)
    expect(events).toEqual([])
  })

  it('rejects what is neither a user nor a role', async () => {
    const nobody = undefined as never

    await expect(operator.auth.adminEnableUser(nobody)).rejects.toThrow('not a user')
    await expect(operator.auth.assignUserRole([nobody], ['a'])).rejects.toThrow('not a user')
    await expect(operator.auth.assignUserRole(['a'], [nobody])).rejects.toThrow('not a role')
    await expect(operator.auth.setAdminRole(nobody)).rejects.toThrow('as a list')
    await expect(operator.auth.fetchUserRole(nobody)).rejects.toThrow('as a list')
    await expect(operator.auth.adminDisableUser('a', '', new Date(Number.NaN))).rejects.toThrow(
      'Invalid date',
    )
  })
})
