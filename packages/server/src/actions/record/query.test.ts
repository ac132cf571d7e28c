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
  await save(
    { _id: 'city/berlin', name: 'Berlin', size: 891, coast: false, founded: date('1237-10-28') },
    { _id: 'city/hamburg', name: 'Hamburg', size: 755, coast: true, founded: date('0831-01-01') },
    { _id: 'city/zug', name: 'Zug', size: 21, coast: false, twin: reference('city/berlin') },
    { _id: 'city/aarhus', name: 'Århus', coast: true },
  )
})

afterAll(() => server.close())

describe('record:query', () => {
  it('gives all records of a type', async () => {
    const answer = await query({})

    expect(answer.status).toBe(200)
    expect(idsOf(answer)).toEqual(['aarhus', 'berlin', 'hamburg', 'zug'])
    expect(answer.info).toBeUndefined()
  })

  it('gives nothing of a type that does not exist', async () => {
    const answer = await query({ record_type: 'nothing', predicate: ['eq', path('x'), 1] })

    expect(answer.result).toEqual([])
  })

  it('refuses to search without a type', async () => {
    const answer = await query({ record_type: null })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 108, message: 'recordType cannot be empty' })
  })

  it('needs a key or a token', async () => {
    const answer = await query({}, { key: null })

    expect(answer.error?.code).toBe(101)
  })
})

describe('a predicate', () => {
  it('finds a text by equality', async () => {
    expect(await find(['eq', path('name'), 'Berlin'])).toEqual(['berlin'])
  })

  it('heeds the case of a text', async () => {
    expect(await find(['eq', path('name'), 'BERLIN'])).toEqual([])
  })

  it('finds a number by equality', async () => {
    expect(await find(['eq', path('size'), 21])).toEqual(['zug'])
  })

  it('finds true and false', async () => {
    expect(await find(['eq', path('coast'), true])).toEqual(['aarhus', 'hamburg'])
    expect(await find(['eq', path('coast'), false])).toEqual(['berlin', 'zug'])
  })

  it('finds what is missing by equality with null', async () => {
    expect(await find(['eq', path('size'), null])).toEqual(['aarhus'])
    expect(await find(['neq', path('size'), null])).toEqual(['berlin', 'hamburg', 'zug'])
  })

  it('finds nothing by order beside null', async () => {
    expect(await find(['gt', path('size'), null])).toEqual([])
  })

  it('finds by inequality, and not what is missing', async () => {
    expect(await find(['neq', path('size'), 21])).toEqual(['berlin', 'hamburg'])
  })

  it('compares numbers as numbers', async () => {
    expect(await find(['gt', path('size'), 100])).toEqual(['berlin', 'hamburg'])
    expect(await find(['lte', path('size'), 755])).toEqual(['hamburg', 'zug'])
  })

  it('compares dates as times', async () => {
    const inOtherZone = { $type: 'date', $date: '1237-10-28T01:00:00+01:00' }

    expect(await find(['lt', path('founded'), date('1000-01-01')])).toEqual(['hamburg'])
    expect(await find(['eq', path('founded'), inOtherZone])).toEqual(['berlin'])
  })

  it('compares references by their id', async () => {
    expect(await find(['eq', path('twin'), reference('city/berlin')])).toEqual(['zug'])
  })

  it('compares the times of the record itself', async () => {
    expect(await find(['gt', path('_created_at'), date('2020-01-01')])).toHaveLength(4)
    expect(await find(['lt', path('_updated_at'), date('2020-01-01')])).toEqual([])
  })

  it('compares the key and the owner', async () => {
    expect(await find(['eq', path('_id'), 'zug'])).toEqual(['zug'])
    expect(await find(['eq', path('_owner'), amy.userId])).toHaveLength(4)
  })

  it('takes its operands in either order', async () => {
    expect(await find(['gt', 100, path('size')])).toEqual(['zug'])
  })

  it('finds one of a list', async () => {
    expect(await find(['in', path('name'), ['Zug', 'Berlin', 'Rome']])).toEqual(['berlin', 'zug'])
  })

  it('finds nothing of an empty list', async () => {
    expect(await find(['in', path('name'), []])).toEqual([])
  })

  it('finds one of a long list', async () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `city ${i}`)

    expect(await find(['in', path('name'), [...names, 'Zug']])).toEqual(['zug'])
  })

  it('finds by a long list of alternatives', async () => {
    const others = Array.from({ length: 2_000 }, (_, i) => ['eq', path('size'), -i])

    expect(await find(['or', ...others, ['eq', path('size'), 21]])).toEqual(['zug'])
  })

  it('joins conditions with and, or and not', async () => {
    const onCoast = ['eq', path('coast'), true]
    const isLarge = ['gt', path('size'), 800]

    expect(await find(['and', onCoast, ['not', isLarge]])).toEqual(['hamburg'])
    expect(await find(['or', onCoast, isLarge])).toEqual(['aarhus', 'berlin', 'hamburg'])
  })

  it('matches patterns with like, heeding case', async () => {
    expect(await find(['like', path('name'), '%er%'])).toEqual(['berlin'])
    expect(await find(['like', path('name'), 'Z_g'])).toEqual(['zug'])
    expect(await find(['like', path('name'), 'z_g'])).toEqual([])
  })

  it('matches patterns with ilike in any case, in all of Unicode', async () => {
    expect(await find(['ilike', path('name'), 'BERLIN'])).toEqual(['berlin'])
    expect(await find(['ilike', path('name'), 'århus'])).toEqual(['aarhus'])
  })

  it('takes what is special elsewhere in a pattern as it is', async () => {
    await save({ _id: 'sign/1', text: '100%' }, { _id: 'sign/2', text: '1000' })
    await save({ _id: 'sign/3', text: '[a]*?' }, { _id: 'sign/4', text: 'a' })
    const search = (pattern: string) =>
      query({ record_type: 'sign', predicate: ['like', path('text'), pattern] }).then(idsOf)

    expect(await search('100\\%')).toEqual(['1'])
    expect(await search('[a]*?')).toEqual(['3'])
    expect(await search('*')).toEqual([])
    await save({ _id: 'sign/5', text: 'a\\' })
    expect(await search('a\\')).toEqual(['5'])
    expect(await search('a\\\\')).toEqual(['5'])
  })

  it('refuses a pattern of enormous length as a mistake of the client', async () => {
    const answer = await query({ predicate: ['like', path('name'), '%a'.repeat(40_000)] })

    expect(answer.status).toBe(400)
  })

  it('is none when it is null or empty', async () => {
    expect(await find(null)).toHaveLength(4)
    expect(await find([])).toHaveLength(4)
  })

  it('is refused with InvalidArgument when it is malformed', async () => {
    for (const predicate of ['x', {}, ['eq'], ['eq', 1], ['resembles', 1, 2], ['and', 'x']]) {
      const answer = await query({ predicate })

      expect(answer.error).toMatchObject({ code: 108, info: { arguments: ['predicate'] } })
    }
  })

  it('is refused with RecordQueryInvalid for a field that does not exist', async () => {
    const answer = await query({ predicate: ['eq', path('mayor'), 'x'] })

    expect(answer.status).toBe(400)
    expect(answer.error).toMatchObject({ code: 120, message: 'keypath "mayor" does not exist' })
  })

  it('is refused with RecordQueryInvalid for a reserved path that does not exist', async () => {
    const answer = await query({ predicate: ['eq', path('_ownerID'), 'x'] })

    expect(answer.error?.code).toBe(120)
  })

  it('is refused with NotSupported for an object', async () => {
    const answer = await query({ predicate: ['eq', path('name'), { a: 1 }] })

    expect(answer.status).toBe(501)
    expect(answer.error?.code).toBe(111)
  })

  it.each([
    "a'b",
    'a"b',
    'a.b',
    'a?b',
    'a$b',
    'a\\b',
    'a b',
    'a[0]',
    '[0]',
    '$',
    '#-1',
    'naïve',
    '笔记',
    '\u{1f600}',
    'a\nb',
    "'; drop table record; --",
  ])('finds by a field called %j', async (name) => {
    await save({ _id: 'odd/1', [name]: 'yes' }, { _id: 'odd/2', [name]: 'no' })

    const answer = await query({ record_type: 'odd', predicate: ['eq', path(name), 'yes'] })

    expect(idsOf(answer)).toEqual(['1'])
    await server.call('record:delete', { ids: ['odd/1', 'odd/2'] }, amy)
  })

  it.each(["'", '"', "' or 1=1 --", '?', '$1', '\\', '%', '\u{1f600}', 'a\nb'])(
    'finds the text %j',
    async (text) => {
      await save({ _id: 'quoted/1', text }, { _id: 'quoted/2', text: 'other' })

      const answer = await query({ record_type: 'quoted', predicate: ['eq', path('text'), text] })

      expect(idsOf(answer)).toEqual(['1'])
    },
  )
})

describe('sort, limit, offset and count', () => {
  it('sorts by a text, a number and a date', async () => {
    expect(await sorted('name', 'asc')).toEqual(['berlin', 'hamburg', 'zug', 'aarhus'])
    expect(await sorted('size', 'asc')).toEqual(['zug', 'hamburg', 'berlin', 'aarhus'])
    expect((await sorted('founded', 'asc')).slice(0, 2)).toEqual(['hamburg', 'berlin'])
  })

  it('sorts downwards with what is missing first', async () => {
    expect(await sorted('size', 'desc')).toEqual(['aarhus', 'berlin', 'hamburg', 'zug'])
  })

  it('sorts by several keys', async () => {
    const sort = [
      [path('coast'), 'desc'],
      [path('_id'), 'desc'],
    ]

    const answer = await query({ sort })

    expect(keysOf(answer)).toEqual(['hamburg', 'aarhus', 'zug', 'berlin'])
  })

  it('takes an empty list for no order', async () => {
    expect(idsOf(await query({ sort: [] }))).toHaveLength(4)
  })

  it('refuses an order that is malformed', async () => {
    for (const sort of ['name', [path('name')], [[path('name'), 'up']], [['name', 'asc']]]) {
      const answer = await query({ sort })

      expect(answer.error?.code).toBe(108)
    }
  })

  it('refuses an order by a field that does not exist', async () => {
    const answer = await query({ sort: [[path('mayor'), 'asc']] })

    expect(answer.error?.code).toBe(120)
  })

  it('gives as many as the limit says, from the offset on', async () => {
    const page = { sort: [[path('_id'), 'asc']], limit: 2, offset: 1 }

    expect(keysOf(await query(page))).toEqual(['berlin', 'hamburg'])
  })

  it('takes an offset without a limit', async () => {
    expect(keysOf(await query({ sort: [[path('_id'), 'asc']], offset: 3 }))).toEqual(['zug'])
  })

  it('gives nothing for a limit of 0', async () => {
    expect((await query({ limit: 0 })).result).toEqual([])
  })

  it('ignores a limit that is not a number', async () => {
    expect((await query({ limit: '1', offset: null })).result).toHaveLength(4)
  })

  it('refuses a limit or offset that cannot be', async () => {
    expect((await query({ limit: -1 })).error?.code).toBe(108)
    expect((await query({ offset: 1.5 })).error?.code).toBe(108)
  })

  it('counts all matches, whatever the limit', async () => {
    const answer = await query({
      predicate: ['eq', path('coast'), false],
      limit: 1,
      count: true,
    })

    expect(answer.result).toHaveLength(1)
    expect(answer.info).toEqual({ count: 2 })
  })

  it('counts only what the caller may read', async () => {
    await save({ _id: 'secret/1', _access: [] }, { _id: 'secret/2' })

    const answer = await query({ record_type: 'secret', count: true }, bea)

    expect(answer.info).toEqual({ count: 1 })
  })
})

describe('access control in queries', () => {
  beforeAll(async () => {
    await save(
      { _id: 'note/null' },
      { _id: 'note/public', _access: [{ level: 'read', public: true }] },
      { _id: 'note/owner', _access: [] },
      { _id: 'note/bea', _access: [{ level: 'read', user_id: bea.userId }] },
      { _id: 'note/role', _access: [{ level: 'write', role: "fri'end" }] },
    )
  })

  it('shows the owner everything', async () => {
    expect(await notesOf(amy)).toEqual(['bea', 'null', 'owner', 'public', 'role'])
  })

  it('shows a user what is public or names the user', async () => {
    expect(await notesOf(bea)).toEqual(['bea', 'null', 'public'])
  })

  it('shows users of a role what names the role', async () => {
    const cat = await signUp('cat')
    await server.sql('update account set roles = ? where id = ?', `["fri'end"]`, cat.userId)

    expect(await notesOf(cat)).toEqual(['null', 'public', 'role'])
  })

  it('shows whoever is not logged in what is public', async () => {
    expect(await notesOf({})).toEqual(['null', 'public'])
  })

  it('shows the master key everything', async () => {
    expect(await notesOf({ key: server.masterKey })).toHaveLength(5)
  })

  async function notesOf(credentials: Credentials) {
    return idsOf(await query({ record_type: 'note' }, credentials))
  }
})

describe('record:query of users', () => {
  it('finds a user by user name in any case', async () => {
    const answer = await queryUsers(['eq', path('username'), 'AMY'], bea)

    expect(answer.result).toMatchObject([{ username: 'amy' }])
  })

  it('finds a user by e-mail address, and does not show it', async () => {
    const answer = await queryUsers(['eq', path('email'), 'amy@example.com'], bea)

    expect(answer.result).toMatchObject([{ _id: `user/${amy.userId}` }])
    expect(answer.text).not.toContain('amy@example.com')
  })

  it('finds users by a list of e-mail addresses', async () => {
    const emails = ['AMY@example.com', 'bea@example.com', 'nobody@example.com']

    const answer = await queryUsers(['in', path('email'), emails], bea)

    expect(answer.result).toHaveLength(2)
  })

  it('takes the name on either side', async () => {
    const answer = await queryUsers(['eq', 'AMY', path('username')], bea)

    expect(answer.result).toHaveLength(1)
  })

  it('finds users by the time of their last log-in', async () => {
    const answer = await queryUsers(['gt', path('last_login_at'), date('2020-01-01')], bea)

    expect(answer.result).not.toEqual([])
  })

  it('shows whoever is not logged in no names', async () => {
    const { text } = await queryUsers(null, {})

    expect(text).not.toMatch(/"username"|"email"|@example/)
  })

  it('is refused to whoever is not logged in, by name', async () => {
    const answer = await queryUsers(['eq', path('username'), 'amy'], {})

    expect(answer.status).toBe(403)
    expect(answer.error).toMatchObject({ name: 'RecordQueryDenied', code: 124 })
  })

  it('is refused to whoever is not logged in, in the order of names', async () => {
    const answer = await query({ record_type: 'user', sort: [[path('email'), 'asc']] }, {})

    expect(answer.error?.code).toBe(124)
  })

  it('shows nobody a password hash', async () => {
    const { text } = await queryUsers(null, { key: server.masterKey })

    expect(text).not.toContain('argon2')
  })

  it('finds nobody by what is not a field of the record', async () => {
    const answer = await queryUsers(['like', path('password_hash'), '%'], {
      key: server.masterKey,
    })

    expect(answer.error?.code).toBe(120)
  })
})

async function signUp(username: string) {
  const { result } = await server.call('auth:signup', {
    auth_data: { username, email: `${username}@example.com` },
    password: 'correct horse battery',
  })
  return { userId: result.user_id, token: result.access_token }
}

async function save(...records: Record<string, unknown>[]) {
  const { result } = await server.call('record:save', { records }, amy)
  expect(result.map(({ _type }) => _type)).toEqual(records.map(() => 'record'))
}

function query(body: Record<string, unknown>, credentials: Credentials = {}) {
  return server.call('record:query', { record_type: 'city', ...body }, credentials)
}

function queryUsers(predicate: unknown, credentials: Credentials) {
  return query({ record_type: 'user', predicate }, credentials)
}

async function find(predicate: unknown) {
  return idsOf(await query({ predicate }))
}

async function sorted(name: string, direction: string) {
  return keysOf(await query({ sort: [[path(name), direction]] }))
}

function keysOf({ result }: Awaited<ReturnType<typeof query>>): string[] {
  return result.map(({ _id }) => String(_id).slice(String(_id).indexOf('/') + 1))
}

function idsOf(answer: Awaited<ReturnType<typeof query>>): string[] {
  return keysOf(answer).sort()
}

function path(name: string) {
  return { $type: 'keypath', $val: name }
}

function date(day: string) {
  return { $type: 'date', $date: `${day}T00:00:00Z` }
}

function reference(id: string) {
  return { $type: 'ref', $id: id }
}
