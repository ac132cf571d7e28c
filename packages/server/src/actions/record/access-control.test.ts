/**
 * Nobody reads, finds, sorts by, counts or includes what access control denies: each way to ask, for
 * each selector of record and of field access, and for each kind of caller.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
} from '../../testing/test-server.ts'

const callers = ['owner', 'named', 'editor', 'other', 'nobody', 'master'] as const
type Caller = (typeof callers)[number]

let server: TestServer
const credentials = {} as Record<Caller, TestCredentials>
let namedId: string

beforeAll(async () => {
  server = await startTestServer()
  const signUp = async (name: string) => {
    const { access_token: token, user_id: userId } = await server.signUp(name)
    return { token, userId }
  }
  const [owner, named, editor, other] = await Promise.all(
    ['owner', 'named', 'editor', 'other'].map(signUp),
  )
  const roles = { roles: ['editor'], users: [editor!.userId] }
  const master = { key: server.masterKey }
  expect((await server.call('role:assign', roles, master)).status).toBe(200)
  namedId = named!.userId
  const users = { owner: owner!, named: named!, editor: editor!, other: other! }
  Object.assign(credentials, { ...users, nobody: {}, master })
})

afterAll(() => server.close())

describe.each<{
  selector: string
  access: () => unknown
  readers: Caller[]
  writers?: Caller[]
}>([
  {
    selector: 'an empty list',
    access: () => [],
    readers: ['owner', 'master'],
  },
  {
    selector: 'a user',
    access: () => [{ level: 'read', user_id: namedId }],
    readers: ['owner', 'named', 'master'],
  },
  {
    selector: 'a user who may write',
    access: () => [{ level: 'write', user_id: namedId }],
    readers: ['owner', 'named', 'master'],
    writers: ['owner', 'named', 'master'],
  },
  {
    selector: 'a role',
    access: () => [{ level: 'read', role: 'editor' }],
    readers: ['owner', 'editor', 'master'],
  },
  {
    selector: 'a role that may write',
    access: () => [{ level: 'write', role: 'editor' }],
    readers: ['owner', 'editor', 'master'],
    writers: ['owner', 'editor', 'master'],
  },
  {
    selector: 'a role that nobody has',
    access: () => [{ level: 'write', role: 'Editor' }],
    readers: ['owner', 'master'],
  },
  {
    selector: 'everybody',
    access: () => [{ level: 'read', public: true }],
    readers: [...callers],
  },
  {
    selector: 'everybody who may write',
    access: () => [{ level: 'write', public: true }],
    readers: [...callers],
    writers: ['owner', 'named', 'editor', 'other', 'master'],
  },
])('a record open to $selector', ({ selector, access, readers, writers = ['owner', 'master'] }) => {
  const type = typeName('paper', selector)
  const linkType = `${type}_link`

  beforeAll(async () => {
    await save(
      { _id: `${type}/guarded`, _access: access(), title: 'secret', rank: 1 },
      { _id: `${type}/free`, title: 'free', rank: 2 },
    )
    await save(
      { _id: `${linkType}/guarded`, paper: reference(`${type}/guarded`) },
      { _id: `${linkType}/free`, paper: reference(`${type}/free`) },
    )
  })

  describe.each(callers)('to %s', (caller) => {
    const isReader = readers.includes(caller)

    it('is read or not', async () => {
      const { result } = await call('record:fetch', { ids: [`${type}/guarded`] })

      if (isReader) expect(result).toMatchObject([{ _type: 'record', title: 'secret' }])
      else expect(result).toMatchObject([{ _type: 'error', code: 102 }])
      expect(JSON.stringify(result).includes('secret')).toBe(isReader)
    })

    it.each([
      ['equality', ['eq', path('title'), 'secret']],
      ['inequality', ['neq', path('title'), 'free']],
      ['a range', ['lt', path('rank'), 2]],
      ['a pattern', ['like', path('title'), 'sec%']],
      ['a list', ['in', path('title'), ['secret']]],
      ['what is not so', ['not', ['eq', path('title'), 'free']]],
      ['its id', ['eq', path('_id'), 'guarded']],
    ])('is found or not by %s, and counted', async (_, predicate) => {
      const answer = await call('record:query', { record_type: type, predicate, count: true })

      expect(keysOf(answer.result)).toEqual(isReader ? ['guarded'] : [])
      expect(answer.info).toEqual({ count: isReader ? 1 : 0 })
    })

    it('is in a sorted list or not', async () => {
      const { result } = await call('record:query', {
        record_type: type,
        sort: [[path('rank'), 'asc']],
      })

      expect(keysOf(result)).toEqual(isReader ? ['guarded', 'free'] : ['free'])
    })

    it('is seen or not through a reference', async () => {
      const found = await call('record:query', {
        record_type: linkType,
        predicate: ['eq', path('paper.title'), 'secret'],
        count: true,
      })
      const unequal = await call('record:query', {
        record_type: linkType,
        predicate: ['lt', path('paper.rank'), 2],
      })
      // What has no value is last.
      const sorted = await call('record:query', {
        record_type: linkType,
        sort: [[path('paper.rank'), 'asc']],
      })

      expect(keysOf(found.result)).toEqual(isReader ? ['guarded'] : [])
      expect(found.info).toEqual({ count: isReader ? 1 : 0 })
      expect(keysOf(unequal.result)).toEqual(isReader ? ['guarded'] : [])
      expect(keysOf(sorted.result)).toEqual(isReader ? ['guarded', 'free'] : ['free', 'guarded'])
    })

    it('is included or not', async () => {
      const { result } = await call('record:query', {
        record_type: linkType,
        predicate: ['eq', path('_id'), 'guarded'],
        include: { paper: path('paper') },
      })

      const paper = isReader ? expect.objectContaining({ title: 'secret' }) : null
      expect(result).toMatchObject([{ _transient: { paper } }])
    })

    it('is changed and deleted or not', async () => {
      const isWriter = writers.includes(caller)
      const id = `${type}/${caller}`
      await save({ _id: id, _access: access(), title: 'kept' })

      const saved = await call('record:save', { records: [{ _id: id, title: 'changed' }] })
      const afterSave = await titleOf(id)
      const deleted = await call('record:delete', { ids: [id] })
      const afterDelete = await titleOf(id)
      await server.call('record:delete', { ids: [id] }, credentials.owner)

      if (caller === 'nobody') expect([saved.status, deleted.status]).toEqual([401, 401])
      else expect(typesOf(saved.result)).toEqual([isWriter ? 'record' : 'error'])
      expect([afterSave, afterDelete]).toEqual(isWriter ? ['changed', undefined] : ['kept', 'kept'])
    })

    function call<Name extends 'record:fetch' | 'record:query' | 'record:save' | 'record:delete'>(
      action: Name,
      body: Record<string, unknown>,
    ) {
      return server.call(action, body, credentials[caller])
    }
  })
})

describe.each<{ selector: string; userRole: () => string; readers: Caller[]; finders: Caller[] }>([
  {
    selector: 'the owner',
    userRole: () => '_owner',
    readers: ['owner', 'master'],
    finders: ['master'],
  },
  {
    selector: 'a user',
    userRole: () => `_user_id:${namedId}`,
    readers: ['named', 'master'],
    finders: ['named', 'master'],
  },
  {
    selector: 'the users whom a field names',
    userRole: () => '_field:friends',
    readers: ['named', 'master'],
    finders: ['master'],
  },
  {
    selector: 'a role',
    userRole: () => '_role:editor',
    readers: ['editor', 'master'],
    finders: ['editor', 'master'],
  },
  {
    selector: 'every user',
    userRole: () => '_any_user',
    readers: ['owner', 'named', 'editor', 'other', 'master'],
    finders: ['owner', 'named', 'editor', 'other', 'master'],
  },
  {
    selector: 'everybody',
    userRole: () => '_public',
    readers: [...callers],
    finders: [...callers],
  },
])('a field open to $selector', ({ selector, userRole, readers, finders }) => {
  const type = typeName('card', selector)
  const linkType = `${type}_link`

  beforeAll(async () => {
    await save({ _id: `${type}/1`, code: 'secret', friends: [namedId] })
    await save({ _id: `${linkType}/1`, card: reference(`${type}/1`) })
    const all = { readable: true, writable: true, comparable: true, discoverable: true }
    await addRule({ record_type: type, record_field: 'code', user_role: userRole(), ...all })
  })

  describe.each(callers)('to %s', (caller) => {
    const isReader = readers.includes(caller)
    const isFinder = finders.includes(caller)

    it('is read or not', async () => {
      const fetched = await server.call('record:fetch', { ids: [`${type}/1`] }, credentials[caller])
      const found = await query({ record_type: type })
      const included = await query({ record_type: linkType, include: { card: path('card') } })

      for (const { text } of [fetched, found, included]) {
        expect(text).toContain(`"${type}/1"`)
        expect(text.includes('secret')).toBe(isReader)
      }
    })

    it.each([
      ['finds by', (prefix: string) => ({ predicate: ['eq', path(`${prefix}code`), 'secret'] })],
      ['compares', (prefix: string) => ({ predicate: ['gt', path(`${prefix}code`), 'a'] })],
      ['matches', (prefix: string) => ({ predicate: ['like', path(`${prefix}code`), 's%'] })],
      ['sorts by', (prefix: string) => ({ sort: [[path(`${prefix}code`), 'asc']] })],
    ])('%s it or not, itself and through a reference', async (_, bodyOf) => {
      const answers = [
        await query({ record_type: type, count: true, ...bodyOf('') }),
        await query({ record_type: linkType, count: true, ...bodyOf('card.') }),
      ]

      for (const answer of answers) {
        if (isFinder) expect(answer.info).toEqual({ count: 1 })
        else expect(answer.error?.name).toBe('RecordQueryDenied')
      }
    })

    function query(body: Record<string, unknown>) {
      return server.call('record:query', body, credentials[caller])
    }
  })
})

async function save(...records: Record<string, unknown>[]): Promise<void> {
  const { result } = await server.call('record:save', { records }, credentials.owner)
  expect(typesOf(result)).toEqual(records.map(() => 'record'))
}

async function titleOf(id: string): Promise<unknown> {
  const { result } = await server.call('record:fetch', { ids: [id] }, credentials.owner)
  return result[0]?.['title']
}

async function addRule(rule: Record<string, unknown>): Promise<void> {
  const { result } = await server.call('schema:field_access:get', {}, credentials.master)
  const body = { access: [...result.access, rule] }
  const { status } = await server.call('schema:field_access:update', body, credentials.master)
  expect(status).toBe(200)
}

function typeName(prefix: string, selector: string): string {
  return `${prefix}_${selector.replaceAll(' ', '_')}`
}

function path(name: string) {
  return { $type: 'keypath', $val: name }
}

function reference(id: string) {
  return { $type: 'ref', $id: id }
}

function keysOf(records: { _id?: string | undefined }[]): (string | undefined)[] {
  return records.map(({ _id }) => _id?.split('/')[1])
}

function typesOf(records: { _type: string }[]): string[] {
  return records.map(({ _type }) => _type)
}
