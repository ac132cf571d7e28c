import { randomUUID } from 'node:crypto'
import type { Attack } from './attack.ts'
import { must, Skipped } from './site.ts'

/** What only administrators and the master key may call. */
const FOR_ADMINS = [
  ...['auth:disable:set', 'auth:reset_password', 'role:assign', 'role:revoke', 'role:admin'],
  ...['role:default', 'schema:create', 'schema:rename', 'schema:delete', 'schema:access'],
  ...['schema:default_access', 'schema:field_access:update'],
]

export const accessAttacks: Attack[] = [
  {
    id: 'AC-02',
    title: 'reading and writing a record of another user',
    async run(site) {
      const [one, two] = [await site.user('one'), await site.user('two')]
      const id = `attack/${randomUUID()}`
      const records = [{ _id: id, text: 'private', _access: [] }]
      const saved = await site.call(
        'record:save',
        { database_id: '_public', records },
        { token: one.token },
      )
      must(saved.outcome === 'OK', `The owner could not save it: ${saved.outcome}.`)
      const { token } = two
      const stolen = [{ _id: id, text: 'stolen', _access: null }]
      await site.call('record:save', { records: stolen }, { token })
      await site.call('record:delete', { ids: [id] }, { token })
      const fetched = await site.call('record:fetch', { ids: [id] }, { token })
      const found = await site.call('record:query', { record_type: 'attack' }, { token })
      const own = await site.call('record:fetch', { ids: [id] }, { token: one.token })
      await site.call('record:delete', { ids: [id] }, { token: one.token })
      must(!fetched.text.includes('private'), 'Another user can fetch it.')
      must(!found.text.includes(id), 'Another user can find it.')
      must(own.text.includes('private'), 'Another user could change or delete it.')
    },
  },
  {
    id: 'AC-05',
    title: 'changing another user’s names',
    async run(site) {
      const [one, two] = [await site.user('one'), await site.user('two')]
      const records = [{ _id: `user/${one.id}`, username: `attack-${randomUUID()}` }]
      await site.call('record:save', { records }, { token: two.token })
      const { result } = await site.call('me', {}, { token: one.token })
      must(result?.profile?.username === one.username, 'The name is another one now.')
    },
  },
  {
    id: 'AC-06',
    title: 'saying of oneself that one is verified',
    async run(site) {
      const { id, token } = await site.user('one')
      await site.call(
        'record:save',
        { records: [{ _id: `user/${id}`, is_verified: true }] },
        { token },
      )
      const { result } = await site.call('me', {}, { token })
      must(result?.profile?.is_verified !== true, 'The server believes it.')
      const username = `attack-${randomUUID()}`
      const profile = { is_verified: true, email_verified: true }
      const body = { auth_data: { username }, password: randomUUID(), profile }
      const signedUp = await site.call('auth:signup', body)
      if (signedUp.outcome === 'OK') site.made.push(username)
      must(signedUp.result?.profile?.is_verified !== true, 'The server believes it at sign-up.')
    },
  },
  {
    id: 'AC-11',
    title: 'making a user record by hand',
    async run(site) {
      const { token } = await site.user('one')
      const records = [{ _id: `user/${randomUUID()}`, username: `attack-${randomUUID()}` }]
      const { result } = await site.call('record:save', { records }, { token })
      must(result?.[0]?._type !== 'record', 'There is such a record now.')
    },
  },
  {
    id: 'AC-16',
    title: 'giving oneself the role of an administrator',
    async run(site) {
      const { id, token } = await site.user('one')
      const grant = { roles: ['Admin'], users: [id] }
      await site.call('role:assign', grant, { token })
      await site.call('user:update', { _id: id, roles: ['Admin'] }, { token })
      await site.call(
        'record:save',
        { records: [{ _id: `user/${id}`, _roles: ['Admin'] }] },
        { token },
      )
      const { result } = await site.call('me', {}, { token })
      must(!(result?.roles ?? []).includes('Admin'), 'The server gave it.')
    },
  },
  {
    id: 'AC-18',
    title: 'what only administrators may do, with the API key and as a user',
    async run(site) {
      const { token } = await site.user('one')
      for (const action of FOR_ADMINS) {
        for (const who of [{}, { token }, { token, key: site.apiKey }]) {
          const { status, outcome } = await site.call(action, {}, who)
          must(status === 401 || status === 403, `${action} was answered ${outcome}.`)
        }
      }
    },
  },
  {
    id: 'EN-03',
    title: 'telling unknown names from wrong passwords',
    isStrict: true,
    async run(site) {
      const { username } = await site.user('one')
      const guess = (name: string) =>
        site.call('auth:login', { auth_data: { username: name }, password: randomUUID() })
      const known = await guess(username)
      const unknown = await guess(`attack-${randomUUID()}`)
      if (known.status === 429) throw new Skipped('Log-ins are limited now.')
      must(known.text === unknown.text, 'The answers differ.')
      must(known.status === unknown.status, 'The statuses differ.')
    },
  },
  {
    id: 'EN-11',
    title: 'reading names of users without being one',
    async run(site) {
      const { username } = await site.user('one')
      const path = { $type: 'keypath', $val: 'username' }
      const query = { record_type: 'user', predicate: ['eq', path, username], count: true }
      const { text } = await site.call('record:query', query)
      must(!text.includes(username), 'The name is in the answer.')
    },
  },
]
