import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AuthResult, authResultOf, errorOf, recordsOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

let target: Target
let user: AuthResult
/** What no statement of an attacker may change. */
let before: unknown

beforeAll(async () => {
  target = await startTarget()
  user = await target.signUp('victim')
  const note = { _id: 'note/kept', text: 'kept', secret: 'zebra', _access: [] }
  await save(note)
  before = await whatIsThere()
})
afterAll(async () => {
  expect(await whatIsThere()).toEqual(before)
  await target.end()
})

const PAYLOADS = [
  ...["'", '"', '`', '\\', ';', '--', '/*', "''", "' or '1'='1", "' or 1=1 --", '" or ""="'],
  ...["'; drop table account; --", '"; drop table record; --', "') or ('1'='1", '1; select 1'],
  ...["' union select password_hash from account --", "' and 1=(select count(*) from session) --"],
  ...["'||(select token_hash from session)||'", "'; select pg_sleep(9); --", '$1', '?', ':name'],
  ...[
    "' || randomblob(1000000000) || '",
    "load_extension('x')",
    "'; attach 'x' as y; --",
    '%',
    '_',
  ],
  ...['{"$ne":null}', '$.a', 'a->>b', 'a.b', "a'b", 'a"b', 'a\\b', 'text::int', '\u02bc', '\uff07'],
  ...['select', 'user', 'order by 1', "x'41'", "e'\\x27'", 'a\u2028b'],
]

describe('SQ-01, SQ-07: the name of a field', () => {
  it.each(PAYLOADS)('is a name only: %j', async (name) => {
    const saved = recordsOf(await save({ _id: `odd/${crypto.randomUUID()}`, [name]: 'v' }))?.[0]

    if (!name.startsWith('_')) expect(saved).toMatchObject({ _type: 'record', [name]: 'v' })
    else expect(saved).not.toHaveProperty([name])
  })
})

describe('SQ-01, SQ-05, SQ-07: the name of a type, an id or a role', () => {
  it.each(PAYLOADS)('is a name only: %j', async (name) => {
    await save({ _id: `${name}/x`, text: 'value' })
    await save({ _id: `note/${name}`, text: 'value' })
    const roles = { roles: [name], users: [user.user_id] }
    await target.call('role:assign', roles, { key: target.masterKey })

    const got = await target.call('role:get', { users: [user.user_id] }, { key: target.masterKey })
    expect((got.body as { result: Record<string, string[]> }).result[user.user_id]).toContain(name)
    await target.call('role:revoke', roles, { key: target.masterKey })
  })
})

describe('SQ-02, SQ-03, SQ-09: in a query', () => {
  it.each(PAYLOADS)(
    'as a path, a sort key, an inclusion or a value finds nothing: %j',
    async (text) => {
      const path = { $type: 'keypath', $val: text }
      const field = { $type: 'keypath', $val: 'text' }
      const queries: Record<string, unknown>[] = [
        { predicate: ['eq', path, 'kept'] },
        { predicate: ['in', path, ['kept']] },
        { predicate: ['eq', field, text] },
        { predicate: ['in', field, [text, text]] },
        { predicate: ['like', field, text.includes('%') ? 'no%' : text] },
        { predicate: ['func', 'userDiscover', { usernames: [text], emails: [text] }] },
        { predicate: ['eq', { $type: 'keypath', $val: `_owner.${text}` }, 'x'] },
      ]
      const token = await stranger()
      for (const query of queries) {
        const body = { record_type: 'note', ...query, count: true }
        const found = await target.call('record:query', body, { token })

        expect(found.status).toBeLessThan(500)
        expect(recordsOf(found) ?? []).toEqual([])
        await target.call('record:query', body, { token: user.access_token })
      }
      for (const more of [
        { sort: [[path, 'asc']] },
        { sort: [[path, text]] },
        { include: { x: path } },
      ]) {
        const found = await target.call('record:query', { record_type: 'note', ...more }, { token })
        expect(JSON.stringify(found.body)).not.toContain('zebra')
      }
      await target.call('record:query', { record_type: text, database_id: text }, { token })
    },
  )

  let strangerToken: string | undefined
  async function stranger(): Promise<string> {
    strangerToken ??= (await target.signUp('stranger')).access_token
    return strangerToken
  }
})

describe('SQ-04, SQ-08: as a name, a password, an id, a token or a key', () => {
  it.each(PAYLOADS)('is what it is: %j', async (text) => {
    const name = `${text} ${crypto.randomUUID()}`
    await save({ _id: `user/${user.user_id}`, username: name })
    const right = { auth_data: { username: name }, password: PASSWORD }
    const loggedIn = authResultOf(await target.call('auth:login', right))

    expect(loggedIn.user_id).toBe(user.user_id)
    expect(loggedIn.profile['username']).toBe(name)
    const victim = { auth_data: { username: name }, password: text }
    expect(outcomeOf(await target.call('auth:login', victim))).toBe('InvalidCredentials')
    const byToken = await target.send({ path: '/me', headers: {}, body: { access_token: text } })
    expect(outcomeOf(byToken)).toBe('AccessTokenNotAccepted')
    const byKey = await target.send({ path: '/me', headers: {}, body: { api_key: text } })
    expect(outcomeOf(byKey)).toBe('AccessKeyNotAccepted')
    const disabled = { auth_id: text, disabled: true }
    const byMaster = await target.call('auth:disable:set', disabled, { key: target.masterKey })
    expect(outcomeOf(byMaster)).toBe('ResourceNotFound')
  })
})

describe('SQ-06: a query that would cost much', () => {
  const field = { $type: 'keypath', $val: 'text' }
  const many = (n: number) => Array.from({ length: n }, (_, i) => ['eq', field, `${i}`])
  const QUERIES: Record<string, unknown> = {
    'very many conditions': ['or', ...many(20_000)],
    'a very long list': ['in', field, Array.from({ length: 20_000 }, (_, i) => `${i}`)],
    'a very long pattern': ['like', field, '%a'.repeat(10_000)],
    'deep conditions': nested(60),
    'a long path': ['eq', { $type: 'keypath', $val: `${'a.'.repeat(40)}a` }, 1],
  }

  it.each(Object.entries(QUERIES))('is refused: %s', async (_, predicate) => {
    const body = { record_type: 'note', predicate }
    const answer = await target.call('record:query', body, { token: user.access_token })

    expect(answer.status).toBe(400)
    expect(errorOf(answer)?.code).not.toBe(104)
  })

  function nested(depth: number): unknown {
    return depth === 0 ? ['eq', field, 1] : ['not', nested(depth - 1)]
  }
})

describe('AC-12: a field that the caller may not read', () => {
  const NOTHING = { writable: false, readable: false, comparable: false, discoverable: false }
  let token: string

  beforeAll(async () => {
    await save({ _id: `user/${user.user_id}`, phone: 'tel-555' })
    token = (await target.signUp('curious')).access_token
    const access = ['_any_user', '_public'].map((user_role) => ({
      ...{ record_type: 'user', record_field: 'phone', user_role },
      ...NOTHING,
    }))
    const byMaster = { key: target.masterKey }
    const rules = await target.call('schema:field_access:update', { access }, byMaster)
    expect(outcomeOf(rules)).toBe('OK')
  })

  it.each(['eq', 'neq', 'gt', 'lt', 'like', 'in'])('is not found out by %s', async (operator) => {
    const value = operator === 'in' ? ['tel-555'] : 'tel-555'
    const predicate = [operator, { $type: 'keypath', $val: 'phone' }, value]
    const query = { record_type: 'user', predicate }

    const answers = [
      await target.call('record:query', query, { token }),
      await target.call('record:query', { ...query, count: true, limit: 0 }),
    ]

    for (const answer of answers) {
      expect(outcomeOf(answer)).toBe('RecordQueryDenied')
      expect(answer.body).not.toHaveProperty('info')
    }
  })

  it('is not found out by sorting, and not shown', async () => {
    const sort = [[{ $type: 'keypath', $val: 'phone' }, 'asc']]
    const sorted = await target.call('record:query', { record_type: 'user', sort }, { token })
    const shown = await target.call('record:query', { record_type: 'user' }, { token })

    expect(outcomeOf(sorted)).toBe('RecordQueryDenied')
    expect(outcomeOf(shown)).toBe('OK')
    expect(JSON.stringify(shown.body)).not.toContain('tel-555')
  })
})

function save(record: Record<string, unknown>) {
  return target.call('record:save', { records: [record] }, { token: user.access_token })
}

async function whatIsThere(): Promise<unknown> {
  const { sql } = target.server
  return [
    await sql('select id, password_hash from account where id = ?', user.user_id),
    await sql("select fields from record where key = 'kept'"),
  ]
}
