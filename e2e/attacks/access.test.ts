import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { actions } from '../../packages/server/src/actions/index.ts'
import { type AuthResult, authResultOf, recordsOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

let target: Target
let owner: AuthResult
let other: AuthResult
/** A note of the owner that nobody else may read or write. */
let note: string

beforeAll(async () => {
  target = await startTarget()
  owner = await target.signUp('owner')
  other = await target.signUp('other')
})
beforeEach(async () => {
  note = `note/${crypto.randomUUID()}`
  await save(owner, { _id: note, text: 'private', _access: [] })
})
afterAll(() => target.end())

/** Members that would be worth something if a server took them from clients. */
const PRIVILEGED = {
  AuthRecordKeys: [['nickname']],
  authrecordkeys: [['nickname']],
  is_master: true,
  master_key: 'x',
  isAdmin: true,
  user_id: 'someone',
  auth_id: 'someone',
  roles: ['Admin'],
  disabled: true,
  token_valid_since: 0,
  token_version: 9,
  hook: true,
  sudo: true,
}

describe('AC-01: members that an action does not know have no effect', () => {
  it('at sign-up and log-in', async () => {
    const authData = { username: 'privileged' }
    const body = { ...PRIVILEGED, auth_data: authData, password: PASSWORD }

    const signedUp = authResultOf(await target.call('auth:signup', body))
    const loggedIn = authResultOf(await target.call('auth:login', body))

    expect(loggedIn.user_id).toBe(signedUp.user_id)
    expect(loggedIn['roles']).toBeUndefined()
    const named = { ...PRIVILEGED, auth_data: { nickname: 'privileged' }, password: PASSWORD }
    expect(outcomeOf(await target.call('auth:login', named))).toBe('InvalidArgument')
  })

  it.each(actions.filter(({ access }) => access === 'user').map(({ name }) => name))(
    'for %s, which is always about the caller',
    async (action) => {
      const body = { ...PRIVILEGED, user_id: other.user_id, _user_id: other.user_id }
      const before = await accountOf(other.user_id)

      await target.call(action, body, { token: owner.access_token })

      expect(await accountOf(other.user_id)).toEqual(before)
    },
  )
})

describe('AC-02: a record of somebody else', () => {
  const WAYS: Record<string, (id: string) => Record<string, unknown>> = {
    'by its id': (id) => ({ records: [{ _id: id, text: 'stolen' }] }),
    'all or none': (id) => ({ records: [{ _id: id, text: 'stolen' }], atomic: true }),
    'beside one’s own': (id) => ({ records: [{ _id: 'note/mine' }, { _id: id, text: 'stolen' }] }),
    'as its owner': (id) => ({
      records: [{ _id: id, text: 'stolen', _ownerID: other.user_id, _access: null }],
    }),
  }

  it.each(Object.entries(WAYS))('is not written: %s', async (_, bodyFor) => {
    const before = await recordOf(note)

    await target.call('record:save', bodyFor(note), { token: other.access_token })

    expect(await recordOf(note)).toEqual(before)
  })

  it('is neither read, found, counted nor deleted', async () => {
    const { access_token: token } = other
    const predicate = ['eq', { $type: 'keypath', $val: '_id' }, note.slice(5)]
    const query = { record_type: 'note', predicate, count: true }

    const fetched = await target.call('record:fetch', { ids: [note] }, { token })
    const found = await target.call('record:query', query, { token })
    const deleted = await target.call('record:delete', { ids: [note] }, { token })

    expect(JSON.stringify(fetched.body)).not.toContain('private')
    expect(found.body).toMatchObject({ result: [], info: { count: 0 } })
    expect(recordsOf(deleted)).toMatchObject([{ _type: 'error' }])
    expect(await recordOf(note)).toHaveLength(1)
  })
})

it.each(['user/made-up', '_auth/x', '_user/x', 'role/Admin', 'session/x', 'account/x', 'user'])(
  'AC-03, AC-11, AC-14: %s gives nobody an account, a name or a role',
  async (id) => {
    const before = await systemRows()
    await save(other, { _id: id, username: 'wanted', roles: ['Admin'], user_id: other.user_id })

    expect(await systemRows()).toEqual(before)
    const answer = await target.call('auth:login', {
      auth_data: { username: 'wanted' },
      password: PASSWORD,
    })
    expect(outcomeOf(answer)).toBe('ResourceNotFound')
  },
)

it('AC-04: what a record says of its owner and origin is not the client’s to write', async () => {
  const before = await recordOf(note)
  await save(owner, {
    _id: note,
    text: 'changed',
    _ownerID: other.user_id,
    _created_by: other.user_id,
    _created_at: '1970-01-01T00:00:00Z',
  })

  const [row] = await recordOf(note)
  const { owner_id, created_by, created_at } = before[0]!
  expect(row).toMatchObject({ owner_id, created_by, created_at })
})

it('AC-05, AC-21: nobody but the user changes a user record, and nobody deletes it', async () => {
  const id = `user/${owner.user_id}`
  const { access_token: token } = other

  await save(other, { _id: id, username: 'taken-over' })
  await target.call('record:delete', { ids: [id] }, { token })
  await target.call('record:delete', { ids: [id] }, { token: owner.access_token })

  const answer = await target.call('me', {}, { token: owner.access_token })
  expect(authResultOf(answer).profile['username']).toBe('owner')
})

it.each([false, true])(
  'AC-06: what only the server sets is left out, atomic: %j',
  async (atomic) => {
    const forged = { is_verified: true, last_login_at: '2001-01-01T00:00:00Z', last_seen_at: 1 }
    const saved = await target.call(
      'record:save',
      { atomic, records: [{ _id: `user/${owner.user_id}`, ...forged, nickname: 'kept' }] },
      { token: owner.access_token },
    )

    expect(recordsOf(saved)).toMatchObject([{ _type: 'record', nickname: 'kept' }])
    const answer = await target.call('me', {}, { token: owner.access_token })
    expect(authResultOf(answer).profile).not.toMatchObject({ is_verified: true })
    const [account] = await accountOf(owner.user_id)
    expect(Number(account!['last_login_at'])).toBeGreaterThan(Date.parse('2020-01-01'))
  },
)

it('AC-06, AC-08: a profile at sign-up sets nothing of the server’s either', async () => {
  const body = {
    auth_data: { username: 'forger' },
    password: PASSWORD,
    sid: 'chosen-token',
    expires_at: 1,
    profile: { is_verified: true, last_seen_at: 1, disabled: true, session_token: 'chosen-token' },
  }
  const signedUp = authResultOf(await target.call('auth:signup', body))

  expect(signedUp.access_token).not.toBe('chosen-token')
  expect(signedUp.profile['is_verified']).not.toBe(true)
  const me = await target.call('me', {}, { token: signedUp.access_token })
  expect(outcomeOf(me)).toBe('OK')
})

it('AC-09: a password in the user record is a field like any other, and opens nothing', async () => {
  const id = `user/${other.user_id}`
  await save(other, { _id: id, password_hash: 'x', _hashed: 'x', provider_info: { a: 1 } })
  const [account] = await accountOf(other.user_id)

  expect(account!['password_hash']).toMatch(/^\$argon2id\$/)
})

const SYSTEM = [
  'account',
  'session',
  'login_id',
  'one_time_code',
  '_auth',
  '_token',
  'revoked_token',
]

it.each(SYSTEM)('AC-07, AC-14: no query reaches the table %s', async (record_type) => {
  for (const key of [target.apiKey, target.masterKey]) {
    const found = await target.call('record:query', { record_type }, { key })
    expect(JSON.stringify(found.body)).not.toMatch(/argon2|_hash|canonical/)
  }
})

const FOR_USERS = actions.filter(({ access }) => access === 'user' || access === 'writer')

it.each(FOR_USERS.map(({ name }) => name))(
  'AC-15: %s is not for whoever has only the API key',
  async (name) => {
    expect(outcomeOf(await target.call(name))).toBe('NotAuthenticated')
  },
)

const FOR_ADMINS = actions.filter(({ access }) => ['admin', 'master', 'operator'].includes(access))

describe.each(FOR_ADMINS.map(({ name }) => name))('AC-16, AC-18, AC-20: %s', (name) => {
  const body = {
    ...{ roles: ['Admin'], users: ['USER'], auth_id: 'USER', password: 'longer-than-before' },
    ...{ disabled: true, record_types: { user: { fields: [{ name: 'x', type: 'string' }] } } },
    ...{ record_type: 'user', item_type: 'user', item_name: 'username', type: 'user' },
    ...{ create_roles: [], default_access: [], access: [], emails: ['x@x.example'] },
  }

  it('is refused to the API key and to users, and does nothing', async () => {
    const given = JSON.stringify(body).replaceAll('USER', other.user_id)
    const before = await systemRows()

    const byKey = await target.call(name, given)
    const byUser = await target.call(name, given, { token: other.access_token })
    const byBoth = await target.call(name, given, {
      token: other.access_token,
      key: target.apiKey,
    })

    for (const answer of [byKey, byUser, byBoth]) {
      expect([401, 403]).toContain(answer.status)
      expect(['PermissionDenied', 'NotAuthenticated']).toContain(outcomeOf(answer))
    }
    expect(await systemRows()).toEqual(before)
  })
})

it('AC-16: a role in an access list gives nobody that role', async () => {
  await save(other, { _id: 'note/list', _access: [{ role: 'Admin', level: 'write' }] })

  const [account] = await accountOf(other.user_id)
  expect(account!['roles']).toBe('[]')
})

it('AC-17: an administrator whose role is gone is none from the next request on', async () => {
  const chief = await target.signUp('chief')
  const grant = { roles: ['Admin'], users: [chief.user_id] }
  const byMaster = { key: target.masterKey }
  const byChief = { token: chief.access_token }
  const look = { users: [other.user_id] }

  await target.call('role:assign', grant, byMaster)
  expect(outcomeOf(await target.call('role:revoke', { ...look, roles: ['x'] }, byChief))).toBe('OK')
  expect(outcomeOf(await target.call('auth:reset_password', {}, byChief))).not.toBe('OK')
  await target.call('role:revoke', grant, byMaster)

  expect(outcomeOf(await target.call('role:revoke', { ...look, roles: ['x'] }, byChief))).toBe(
    'PermissionDenied',
  )
})

const ENTRIES = [
  { public: true, level: 'admin' },
  { public: false, level: 'read' },
  { public: 'true', level: 'read' },
  { level: 'write' },
  { user_id: 5, level: 'write' },
  { role: ['x'], level: 'write' },
  'public',
  null,
]

it.each(ENTRIES)('AC-19: an access list that is not understood is refused: %j', async (entry) => {
  const id = `note/${crypto.randomUUID()}`
  const answer = await save(owner, { _id: id, _access: [entry] })

  expect(recordsOf(answer)).toMatchObject([{ _type: 'error', name: 'InvalidArgument' }])
  expect(await recordOf(id)).toEqual([])
})

it('AC-19: a user id or a role is compared as a whole, whatever is in it', async () => {
  const id = `note/${crypto.randomUUID()}`
  const names = ['*', '%', '', "' or '1'='1", `${other.user_id} `, other.user_id.toUpperCase()]
  const access = names.flatMap((name) => [
    { user_id: name, level: 'write' },
    { role: name, level: 'write' },
  ])
  await save(owner, { _id: id, text: 'private', _access: access })

  const found = await target.call('record:fetch', { ids: [id] }, { token: other.access_token })
  expect(JSON.stringify(found.body)).not.toContain('private')
  await save(other, { _id: id, text: 'stolen' })
  expect(JSON.stringify(await recordOf(id))).toContain('private')
})

it('AC-22: a record whose access was taken away is on no later page', async () => {
  await save(owner, { _id: note, _access: [{ public: true, level: 'read' }] })
  const query = { record_type: 'note', limit: 50 }
  const before = await target.call('record:query', query, { token: other.access_token })
  await save(owner, { _id: note, _access: [] })
  const after = await target.call('record:query', query, { token: other.access_token })

  expect(JSON.stringify(before.body)).toContain(note)
  expect(JSON.stringify(after.body)).not.toContain(note)
})

it('AD-02: the master key acts for nobody who does not exist', async () => {
  const before = await systemRows()
  for (const _user_id of ['_god', 'nobody', "' or 1=1 --"]) {
    const answer = await target.call('me', { _user_id }, { key: target.masterKey })
    expect(outcomeOf(answer)).toBe('NotAuthenticated')
  }
  expect(await systemRows()).toEqual(before)
})

function save({ access_token: token }: AuthResult, record: Record<string, unknown>) {
  return target.call('record:save', { records: [record] }, { token })
}

function recordOf(id: string): Promise<Record<string, unknown>[]> {
  const [type = '', key = ''] = id.split('/')
  return target.server.sql('select * from record where type = ? and key = ?', type, key)
}

function accountOf(id: string): Promise<Record<string, unknown>[]> {
  return target.server.sql('select * from account where id = ?', id)
}

/** All that decides who somebody is and what they may do. */
async function systemRows(): Promise<unknown> {
  const { sql } = target.server
  return [
    await sql('select id, password_hash, disabled, roles from account order by id'),
    await sql('select * from login_id order by user_id, canonical'),
    await sql('select * from role order by name'),
  ]
}
