import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PUBLIC_DATABASE, type StoredRecord } from '../records/record.ts'
import { type Storage, type Stores, UniqueViolation } from '../storage/storage.ts'
import { type Account, newAccount } from '../users/user.ts'
import { describeMailStorage } from './mail-storage-contract.ts'

/**
 * Defines the tests that every storage passes. `open` opens the database that the test uses, a new
 * connection each time; `remove` makes it empty for the next test.
 */
export function describeStorage(
  name: string,
  open: () => Promise<Storage>,
  remove: () => Promise<void>,
): void {
  describe(`${name} as a storage`, () => {
    let storage: Storage

    beforeEach(async () => {
      storage = await open()
    })

    afterEach(async () => {
      await storage.close()
      await remove()
    })

    describe('a user', () => {
      it('is found by id, with the record, as it was inserted', async () => {
        const account: Account = {
          ...newAccount('amy', 'hash', ['editor', "it's"], 1_700_000_000_123),
          disabled: true,
          disabledMessage: 'Pay "first".',
          disabledUntil: 4_000_000_000_000,
        }
        const record = userRecord('amy', { username: 'Amy', nested: { a: [1, null, '\u{1f600}'] } })
        await insert(storage, account, record)

        const user = await storage.accounts.find('amy')

        expect(user?.account).toEqual(account)
        expect(user?.record).toMatchObject(record)
      })

      it('is not found by an id that nobody has', async () => {
        expect(await storage.accounts.find('nobody')).toBeUndefined()
      })

      it('cannot have the id of another one', async () => {
        await insertUser(storage, 'amy')

        await expect(storage.accounts.insert(newAccount('amy', null, [], 1))).rejects.toThrow(
          UniqueViolation,
        )
      })

      it('gets a new password when the old one is still there', async () => {
        await insertUser(storage, 'amy')

        const isChanged = await storage.accounts.changePassword('amy', 'hash of amy', 'new', 5)

        expect(isChanged).toBe(true)
        expect((await storage.accounts.find('amy'))?.account).toMatchObject({
          passwordHash: 'new',
          passwordChangedAt: 5,
          tokenVersion: 1,
        })
      })

      it('keeps the password when another one is there meanwhile', async () => {
        await insertUser(storage, 'amy')

        const isChanged = await storage.accounts.changePassword('amy', 'another', 'new', 5)

        expect(isChanged).toBe(false)
        expect((await storage.accounts.find('amy'))?.account).toMatchObject({
          passwordHash: 'hash of amy',
          tokenVersion: 0,
        })
      })

      it('gets another hash of the same password without the end of any token', async () => {
        await insertUser(storage, 'amy')

        const isReplaced = await storage.accounts.replacePasswordHash('amy', 'hash of amy', 'new')
        const isReplacedAgain = await storage.accounts.replacePasswordHash(
          'amy',
          'hash of amy',
          'newer',
        )

        expect([isReplaced, isReplacedAgain]).toEqual([true, false])
        expect((await storage.accounts.find('amy'))?.account).toMatchObject({
          passwordHash: 'new',
          tokenVersion: 0,
        })
      })

      it('has a log-in noted only with the password that was checked', async () => {
        await insertUser(storage, 'amy')

        expect(await storage.accounts.recordLogin('amy', 'another', 7)).toBe(false)
        expect(await storage.accounts.recordLogin('amy', 'hash of amy', 8)).toBe(true)
        expect((await storage.accounts.find('amy'))?.account).toMatchObject({
          lastLoginAt: 8,
          lastSeenAt: 8,
        })
      })

      it('is seen later, never earlier', async () => {
        await insertUser(storage, 'amy')

        await storage.accounts.markSeen(['amy'], 9)
        await storage.accounts.markSeen(['amy'], 3)

        expect((await storage.accounts.find('amy'))?.account.lastSeenAt).toBe(9)
      })

      it('is seen with however many others', async () => {
        await insertUser(storage, 'amy')
        const others = Array.from({ length: 1_200 }, (_, n) => `nobody ${n}`)

        await storage.accounts.markSeen([...others, 'amy'], 9)

        expect((await storage.accounts.find('amy'))?.account.lastSeenAt).toBe(9)
      })

      it('has roles', async () => {
        await insertUser(storage, 'amy')

        await storage.accounts.setRoles('amy', ['a', "b'"])

        expect((await storage.accounts.find('amy'))?.account.roles).toEqual(['a', "b'"])
      })

      it('is listed in the order of the ids, page by page', async () => {
        for (const id of ['cat', 'amy', 'bea']) await insertUser(storage, id)

        const pages = [await storage.accounts.list('', 2), await storage.accounts.list('bea', 2)]

        expect(pages.map((page) => page.map(({ account }) => account.id))).toEqual([
          ['amy', 'bea'],
          ['cat'],
        ])
      })

      it('has other tokens once the old ones are ended', async () => {
        await insertUser(storage, 'amy')
        await insertUser(storage, 'bea')

        await storage.accounts.endTokens('amy', 'revoked')

        expect((await storage.accounts.find('amy'))?.account.tokenVersion).toBe(1)
        expect((await storage.accounts.find('bea'))?.account.tokenVersion).toBe(0)
        expect(await storage.accounts.endOfTokens('amy')).toBe('revoked')
        expect(await storage.accounts.endOfTokens('bea')).toBeUndefined()
      })

      it('is deleted with login ids, sessions and older passwords', async () => {
        await insertUser(storage, 'amy')
        await storage.loginIds.replace('amy', [{ group: 'username', canonical: 'amy' }])
        await storage.passwordHistory.add('amy', 'hash', 1)
        const session = { tokenHash: 't', userId: 'amy', createdAt: 1, lastSeenAt: 1 }
        const origin = { client: null, address: null }
        await storage.sessions.insert({ ...session, ...origin, dialect: 'B' })

        await storage.accounts.delete('amy')

        expect(await storage.accounts.find('amy')).toBeUndefined()
        expect(await storage.sessions.countOfUser('amy')).toBe(0)
        expect(await storage.passwordHistory.recent('amy', 9, 0)).toEqual([])
        await insertUser(storage, 'other')
        await storage.loginIds.replace('other', [{ group: 'username', canonical: 'amy' }])
      })
    })

    describe('a login id', () => {
      const username = (canonical: string) => ({ group: 'username', canonical })

      it('finds its user', async () => {
        await insertUser(storage, 'amy')
        await storage.loginIds.replace('amy', [username('a')])

        const user = await storage.loginIds.findUser(username('a'))

        expect(user?.account.id).toBe('amy')
        expect(await storage.loginIds.findUser({ group: 'email', canonical: 'a' })).toBeUndefined()
      })

      it('belongs to one user', async () => {
        await insertUser(storage, 'amy')
        await insertUser(storage, 'bea')
        await storage.loginIds.replace('amy', [username('a')])

        await expect(storage.loginIds.replace('bea', [username('a')])).rejects.toThrow(
          UniqueViolation,
        )
      })

      it('is compared as it is', async () => {
        await insertUser(storage, 'amy')
        await insertUser(storage, 'bea')

        await storage.loginIds.replace('amy', [username('a')])
        await storage.loginIds.replace('bea', [username('A'), username('a ')])

        expect((await storage.loginIds.findUser(username('A')))?.account.id).toBe('bea')
      })

      it('is gone when others replace it', async () => {
        await insertUser(storage, 'amy')
        await storage.loginIds.replace('amy', [username('a')])

        await storage.loginIds.replace('amy', [username('b')])

        expect(await storage.loginIds.findUser(username('a'))).toBeUndefined()
      })

      it('is gone when all are cleared', async () => {
        await insertUser(storage, 'amy')
        await storage.loginIds.replace('amy', [username('a')])

        await storage.loginIds.clear()

        expect(await storage.loginIds.findUser(username('a'))).toBeUndefined()
      })
    })

    describe('a session', () => {
      const session = (tokenHash: string, userId: string) => ({
        tokenHash,
        userId,
        dialect: 'A' as const,
        createdAt: 5,
        lastSeenAt: 6,
        client: null,
        address: null,
      })

      it('is found with its user', async () => {
        await insertUser(storage, 'amy')
        await storage.sessions.insert(session('t', 'amy'))

        const found = await storage.sessions.find('t')

        const { client: _, address: __, ...known } = session('t', 'amy')
        expect(found?.session).toEqual(known)
        expect(found?.account.id).toBe('amy')
        expect(found?.record.key).toBe('amy')
      })

      it('ends alone, or with all of its user', async () => {
        await insertUser(storage, 'amy')
        await insertUser(storage, 'bea')
        for (const hash of ['1', '2', '3']) await storage.sessions.insert(session(hash, 'amy'))
        await storage.sessions.insert(session('4', 'bea'))

        await storage.sessions.end('1', 'loggedOut', 7)
        expect(await existing('1', '2', '3', '4')).toEqual(['2', '3', '4'])

        expect(await storage.sessions.endAllOfUser('amy', 'revoked', 8)).toBe(2)
        expect(await existing('1', '2', '3', '4')).toEqual(['4'])
      })

      it('is told of with where it was opened', async () => {
        await insertUser(storage, 'amy')
        const early = { ...session('1', 'amy'), client: 'Chrome on Windows', address: '::1' }
        await storage.sessions.insert(early)
        await storage.sessions.insert({ ...session('2', 'amy'), createdAt: 9 })

        expect(await storage.sessions.ofUser('amy')).toEqual([
          { ...session('2', 'amy'), createdAt: 9 },
          early,
        ])
      })

      it('leaves behind why it ended, for a while', async () => {
        await insertUser(storage, 'amy')
        for (const hash of ['1', '2', '3', '4']) await storage.sessions.insert(session(hash, 'amy'))

        expect(await storage.sessions.end('1', 'loggedOut', 1)).toBe(true)
        expect(await storage.sessions.end('1', 'revoked', 2)).toBe(false)
        expect(await storage.sessions.endAllOfUser('amy', 'passwordChanged', 3, '4')).toBe(2)

        expect(await reasons('1', '2', '3', '4', '5')).toEqual([
          'loggedOut',
          'passwordChanged',
          'passwordChanged',
          undefined,
          undefined,
        ])
        expect(await storage.sessions.forgetEnded(3, 9)).toBe(1)
        expect(await storage.sessions.forgetEnded(4, 1)).toBe(1)
        const left = await reasons('1', '2', '3')
        expect(left.filter(Boolean)).toHaveLength(1)
      })

      it('is seen later, never earlier', async () => {
        await insertUser(storage, 'amy')
        await storage.sessions.insert(session('t', 'amy'))

        await storage.sessions.markSeen(['t'], 9)
        await storage.sessions.markSeen(['t'], 3)

        expect((await storage.sessions.find('t'))?.session.lastSeenAt).toBe(9)
      })

      it('needs a user who exists', async () => {
        await expect(storage.sessions.insert(session('t', 'nobody'))).rejects.toThrow()
      })

      function reasons(...hashes: string[]): Promise<unknown[]> {
        return Promise.all(hashes.map((hash) => storage.sessions.endOf(hash)))
      }

      async function existing(...hashes: string[]): Promise<string[]> {
        const found = await Promise.all(hashes.map((hash) => storage.sessions.find(hash)))
        return hashes.filter((_, index) => found[index] !== undefined)
      }
    })

    describe('an event of the audit trail', () => {
      const event = (at: number, userId: string | null) => ({
        id: at.toString(16).padStart(12, '0') + 'ab'.repeat(10),
        at,
        event: 'logout',
        userId,
        actor: null,
        data: { a: 1 },
        source: { address: '::1' },
      })

      it('is listed by user, kind and time, newest first', async () => {
        for (const at of [100, 200, 300]) await storage.audit.add(event(at, 'amy'), null)
        await storage.audit.add({ ...event(400, null), event: 'signup' }, null)
        const times = async (query: object) =>
          (await storage.audit.list({ limit: 9, ...query })).map(({ at }) => at)

        expect(await storage.audit.list({ limit: 1, userId: 'amy' })).toEqual([event(300, 'amy')])
        expect(await times({})).toEqual([400, 300, 200, 100])
        expect(await times({ event: 'logout', since: 200 })).toEqual([300, 200])
        expect(await times({ before: event(300, null).id, limit: 1 })).toEqual([200])
      })

      it('is handed on by one of many, oldest first, and again unless that was done', async () => {
        for (const at of [300, 100, 200]) await storage.audit.add(event(at, null), at)

        const claims = await Promise.all([1, 2, 3].map(() => storage.audit.claim(250, 1_000, 9)))

        const claimed = claims.flat().map(({ at }) => at)
        expect(claimed).toEqual([100, 200])
        expect(await storage.audit.isDue(250)).toBe(false)
        await storage.audit.setDue([event(100, null).id], null)
        const again = await storage.audit.claim(1_000, 2_000, 9)
        expect(again.map(({ at }) => at)).toEqual([200, 300])
      })

      it('is forgotten when it is old and was handed on', async () => {
        for (const at of [100, 200, 300]) await storage.audit.add(event(at, null), null)
        await storage.audit.add(event(150, null), 150)

        expect(await storage.audit.forget(300, 1)).toBe(1)
        expect(await storage.audit.forget(300, 9)).toBe(1)

        const left = await storage.audit.list({ limit: 9 })
        expect(left.map(({ at }) => at)).toEqual([300, 150])
      })
    })

    describe('a revoked token', () => {
      it('is known until it is pruned', async () => {
        await storage.revokedTokens.add('ends', 1_000, 'loggedOut')
        await storage.revokedTokens.add('never ends', null, 'revoked')
        await storage.revokedTokens.add('ends', 1_000, 'revoked')

        await storage.revokedTokens.prune(999)
        expect(await storage.revokedTokens.reasonOf('ends')).toBe('loggedOut')

        await storage.revokedTokens.prune(1_001)
        expect(await storage.revokedTokens.reasonOf('ends')).toBeUndefined()
        expect(await storage.revokedTokens.reasonOf('never ends')).toBe('revoked')
      })
    })

    describe('the history of passwords', () => {
      beforeEach(async () => {
        await insertUser(storage, 'amy')
        for (const time of [1, 2, 3, 4]) await storage.passwordHistory.add('amy', `p${time}`, time)
      })

      it('gives the last ones, newest first', async () => {
        expect(await storage.passwordHistory.recent('amy', 2, 100)).toEqual(['p4', 'p3'])
      })

      it('gives those since a time, if they are more', async () => {
        expect(await storage.passwordHistory.recent('amy', 1, 2)).toEqual(['p4', 'p3', 'p2'])
      })

      it('forgets the others', async () => {
        await storage.passwordHistory.prune('amy', 1, 3)

        expect(await storage.passwordHistory.recent('amy', 10, 0)).toEqual(['p4', 'p3'])
      })

      it('is nobody else’s', async () => {
        expect(await storage.passwordHistory.recent('bea', 10, 0)).toEqual([])
      })
    })

    describe('a record', () => {
      it('is found as it was inserted', async () => {
        const record: StoredRecord = {
          ...note('1', { text: 'it\'s "quoted" \u{1f600}', list: [1, { a: null }], none: null }),
          access: [{ level: 'read', role: "it's" }],
        }
        await storage.records.insert(record)

        expect(await storage.records.find(PUBLIC_DATABASE, record)).toMatchObject(record)
      })

      it('is unique within its database and type', async () => {
        await storage.records.insert(note('1'))
        await storage.records.insert({ ...note('1'), databaseId: 'amy' })
        await storage.records.insert({ ...note('1'), type: 'other' })

        await expect(storage.records.insert(note('1'))).rejects.toThrow(UniqueViolation)
      })

      it('is updated and deleted alone', async () => {
        await storage.records.insert(note('1'))
        await storage.records.insert({ ...note('1'), databaseId: 'amy' })

        await storage.records.update(note('1', { text: 'changed' }))
        await storage.records.delete('amy', note('1'))

        expect((await storage.records.find(PUBLIC_DATABASE, note('1')))?.fields).toEqual({
          text: 'changed',
        })
        expect(await storage.records.find('amy', note('1'))).toBeUndefined()
      })

      it('goes with its whole private database', async () => {
        await storage.records.insert(note('1'))
        for (const id of ['1', '2']) {
          await storage.records.insert({ ...note(id), databaseId: 'amy' })
        }

        await storage.records.deleteAll('amy')

        expect(await storage.records.find('amy', note('1'))).toBeUndefined()
        expect(await storage.records.find(PUBLIC_DATABASE, note('1'))).toBeDefined()
      })

      it('is no longer referred to once the references are removed', async () => {
        const reference = (id: string) => ({ $type: 'ref', $id: `note/${id}` })
        await storage.records.insert(note('1'))
        await storage.records.insert(note('2'))
        const fields = { a: reference('1'), b: reference('2'), c: reference('1'), text: 'kept' }
        await storage.records.insert(note('3', fields))

        await storage.records.removeReferencesTo(PUBLIC_DATABASE, note('1'))

        expect(await storage.records.isReferenced(PUBLIC_DATABASE, note('1'))).toBe(false)
        expect(await storage.records.isReferenced(PUBLIC_DATABASE, note('2'))).toBe(true)
        expect((await storage.records.find(PUBLIC_DATABASE, note('3')))?.fields).toEqual({
          b: reference('2'),
          text: 'kept',
        })
      })

      it('is among all of its type, however many there are', async () => {
        await storage.transaction(async (stores) => {
          for (let i = 0; i < 1_001; i += 1) await stores.records.insert(note(`${i}`))
        })

        const keys = new Set<string>()
        for await (const { key } of storage.records.all('note')) keys.add(key)

        expect(keys.size).toBe(1_001)
      })

      it('is found by a query within its database only', async () => {
        await storage.records.insert(note('1'))
        await storage.records.insert({ ...note('2'), databaseId: 'amy' })

        const found = await storage.records.query(queryOf('amy'))

        expect(found.map(({ key }) => key)).toEqual(['2'])
        expect(await storage.records.count(queryOf('amy'))).toBe(1)
      })
    })

    describe('the schema', () => {
      it('keeps the first type of a field', async () => {
        await storage.schema.addFields('note', new Map([['text', 'string']]))
        await storage.schema.addFields('note', new Map([['text', 'number'] as const]))

        expect(await storage.schema.fieldsOf('note')).toEqual(new Map([['text', 'string']]))
        expect(await storage.schema.fieldsOf('other')).toEqual(new Map())
      })
    })

    describe('metadata', () => {
      it('is set and set anew', async () => {
        expect(await storage.metadata.get('x')).toBeUndefined()

        await storage.metadata.set('x', '1')
        await storage.metadata.set('x', '2')

        expect(await storage.metadata.get('x')).toBe('2')
      })
    })

    describe('a transaction', () => {
      it('gives what its work gives, and keeps all of it', async () => {
        const result = await storage.transaction(async (stores) => {
          await stores.metadata.set('a', '1')
          await stores.metadata.set('b', '2')
          return 'done'
        })

        expect(result).toBe('done')
        expect(await storage.metadata.get('b')).toBe('2')
      })

      it('keeps nothing when its work fails', async () => {
        await insertUser(storage, 'amy')
        const attempt = storage.transaction(async (stores) => {
          await stores.metadata.set('a', '1')
          await stores.accounts.setRoles('amy', ['x'])
          await stores.loginIds.replace('amy', [{ group: 'username', canonical: 'a' }])
          await stores.records.insert(note('1'))
          throw new Error('broken')
        })

        await expect(attempt).rejects.toThrow('broken')
        expect(await storage.metadata.get('a')).toBeUndefined()
        expect((await storage.accounts.find('amy'))?.account.roles).toEqual([])
        expect(await storage.records.find(PUBLIC_DATABASE, note('1'))).toBeUndefined()
      })

      it('keeps nothing when something is not unique', async () => {
        await storage.records.insert(note('1'))
        const attempt = storage.transaction(async (stores) => {
          await stores.metadata.set('a', '1')
          await stores.records.insert(note('1'))
        })

        await expect(attempt).rejects.toThrow(UniqueViolation)
        expect(await storage.metadata.get('a')).toBeUndefined()
      })

      it('does not stand in the way of others after it failed', async () => {
        await storage.transaction(() => Promise.reject(new Error('broken'))).catch(() => {})

        await storage.transaction((stores) => stores.metadata.set('a', '1'))

        expect(await storage.metadata.get('a')).toBe('1')
      })

      it('loses nothing of others that run at the same time', async () => {
        await Promise.all(Array.from({ length: 20 }, () => storage.transaction(countUp)))

        expect(await storage.metadata.get('counter')).toBe('20')
      })

      it('is not in the way of others that make users', async () => {
        let runs = 0
        const signUp = (id: string) =>
          storage.transaction(async (stores) => {
            runs += 1
            await stores.accounts.insert(newAccount(id, 'hash', [], 1))
            await stores.records.insert(userRecord(id, {}))
            await stores.loginIds.insert(id, [{ group: 'username', canonical: id }])
          })

        await Promise.all(Array.from({ length: 20 }, (_, n) => signUp(`user-${n}`)))

        expect(runs).toBe(20)
      })

      it('is not seen by look-ups before it is finished', async () => {
        await insertUser(storage, 'amy')
        const times = { createdAt: 1, lastSeenAt: 1 }
        const origin = { client: null, address: null }
        const session = { userId: 'amy', dialect: 'B', ...times, ...origin } as const
        await storage.sessions.insert({ ...session, tokenHash: 'old' })
        await findTwice(storage, 'old')

        await storage.transaction(async (stores) => {
          await stores.sessions.end('old', 'loggedOut', 1)
          await stores.sessions.insert({ ...session, tokenHash: 'new' })

          expect(await storage.sessions.find('old')).toBeDefined()
          expect(await storage.sessions.find('new')).toBeUndefined()
        })

        expect(await storage.sessions.find('old')).toBeUndefined()
        expect(await storage.sessions.find('new')).toBeDefined()
      })
    })

    describeMailStorage(open)

    describe('two connections', () => {
      let other: Storage

      beforeEach(async () => {
        other = await open()
      })

      afterEach(() => other.close())

      it('see at once what the other has written', async () => {
        await insertUser(storage, 'amy')
        await storage.sessions.insert({
          tokenHash: 't',
          userId: 'amy',
          dialect: 'B',
          createdAt: 1,
          lastSeenAt: 1,
          client: null,
          address: null,
        })
        await findTwice(storage, 't')

        await other.sessions.end('t', 'loggedOut', 2)
        // As a request that is sent after this was answered.
        await setImmediate()

        expect(await storage.sessions.find('t')).toBeUndefined()
      })

      it('see nothing of a transaction that is not finished', async () => {
        await storage.transaction(async (stores) => {
          await stores.metadata.set('a', '1')

          expect(await other.metadata.get('a')).toBeUndefined()
        })

        expect(await other.metadata.get('a')).toBe('1')
      })

      it('give one login id to one user', async () => {
        for (const id of ['amy', 'bea']) await insertUser(storage, id)
        const take = (connection: Storage, id: string) =>
          connection.transaction((stores) =>
            stores.loginIds.insert(id, [{ group: 'username', canonical: 'x' }]),
          )

        await take(storage, 'amy')

        await expect(take(other, 'bea')).rejects.toThrow(UniqueViolation)
      })
    })

    describe('a database that is there already', () => {
      it('is opened as it is', async () => {
        await storage.metadata.set('a', '1')
        await storage.close()

        storage = await open()

        expect(await storage.metadata.get('a')).toBe('1')
      })
    })

    describe('a storage that is closed', () => {
      it('does not answer', async () => {
        await storage.ping()
        const closed = await open()
        await closed.close()

        await expect(closed.ping()).rejects.toThrow()
      })
    })
  })
}

async function countUp(stores: Stores): Promise<void> {
  const count = Number((await stores.metadata.get('counter')) ?? 0)
  await stores.metadata.set('counter', String(count + 1))
}

function insertUser(storage: Storage, id: string): Promise<void> {
  return insert(storage, newAccount(id, `hash of ${id}`, [], 1), userRecord(id, {}))
}

/** A storage may keep what it looks up for the second time. */
async function findTwice(storage: Storage, tokenHash: string): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    expect(await storage.sessions.find(tokenHash)).toBeDefined()
  }
}

function insert(storage: Storage, account: Account, record: StoredRecord): Promise<void> {
  return storage.transaction(async (stores) => {
    await stores.accounts.insert(account)
    await stores.records.insert(record)
  })
}

function userRecord(id: string, fields: StoredRecord['fields']): StoredRecord {
  return { ...note(id, fields), type: 'user', ownerId: id }
}

function note(key: string, fields: StoredRecord['fields'] = {}): StoredRecord {
  return {
    databaseId: PUBLIC_DATABASE,
    type: 'note',
    key,
    ownerId: 'owner',
    access: null,
    createdAt: 1_700_000_000_001,
    createdBy: 'creator',
    updatedAt: 1_700_000_000_002,
    updatedBy: randomUUID(),
    fields,
  }
}

function queryOf(databaseId: string) {
  const all = {
    predicate: undefined,
    sort: [],
    fields: new Map(),
    limit: undefined,
    offset: 0,
    readableBy: undefined,
  }
  return { databaseId, type: 'note', ...all }
}
