import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type User, UserRecord } from './record.ts'
import { createSessionStore, type SessionStore } from './session-store.ts'
import type { KeyValueStorage } from './storage/key-value-storage.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'
import { createSlowStorage } from './testing/storages.ts'
import { readUserBy } from './user.ts'

const TOKEN_KEY = 'skygear-accesstoken'
const USER_KEY = 'skygear-user'

const readUser = readUserBy((json) => UserRecord.fromJSON(json) as User)

describe('session store', () => {
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => {})
  let storage: KeyValueStorage
  let session: SessionStore<User>
  let events: Array<string | null>

  beforeEach(() => {
    warnings.mockClear()
    storage = createMemoryStorage()
    session = newTab(storage)
    events = []
    session.onUserChanged((user) => events.push(user?._id ?? null))
  })

  describe('log-in', () => {
    it('is remembered, and read by the next page', async () => {
      await logIn(session, 'amy', 'T1')

      const next = newTab(storage)

      expect(next.token).toBe('T1')
      expect(next.user).toMatchObject({ _id: 'amy', recordType: 'user', username: 'amy' })
      expect(events).toEqual(['amy'])
    })

    it('is read at once, and tells no listener', () => {
      storage.setItem(TOKEN_KEY, 'T1')
      storage.setItem(USER_KEY, '{"_id":"user/amy"}')

      void session.load()

      expect(session.user?._id).toBe('amy')
      expect(events).toEqual([])
    })

    it('is remembered whole before a listener is told', async () => {
      const slow = createSlowStorage()
      session = newTab(slow)
      let remembered = {}
      session.onUserChanged(() => {
        remembered = { ...slow.items }
      })

      await logIn(session, 'amy', 'T1')

      expect(remembered).toEqual({ [TOKEN_KEY]: 'T1', [USER_KEY]: expect.stringContaining('amy') })
    })

    it('never leaves the token of one user beside another user, even when interrupted', async () => {
      await logIn(session, 'amy', 'T1')
      const states: unknown[] = []
      const spied = spyOnWrites(storage, states)
      session = newTab(spied)

      await logIn(session, 'bob', 'T2')

      for (const state of states) {
        expect([
          ['T1', 'amy'],
          [null, 'amy'],
          [null, null],
          [null, 'bob'],
          ['T2', 'bob'],
        ]).toContainEqual(state)
      }
    })

    it('goes on in memory when the storage fails', async () => {
      const failure = () => Promise.reject(new Error('broken'))
      session = newTab({ getItem: failure, setItem: failure, removeItem: failure })

      await logIn(session, 'amy', 'T1')
      await session.refresh(await session.begin(), credentials('amy', 'T2'))

      expect(session.token).toBe('T2')
      expect(session.user?._id).toBe('amy')
      expect(warnings).toHaveBeenCalledOnce()
    })

    it('of the call that began last wins, in whatever order the answers come', async () => {
      const first = await session.begin()
      const second = await session.begin()

      await session.open(second, credentials('bob', 'T2'))
      await session.open(first, credentials('amy', 'T1'))

      expect(session.token).toBe('T2')
      expect(events).toEqual(['bob'])
    })

    it('is undone by a log-out that began after it', async () => {
      const login = await session.begin()
      const logout = await session.begin()

      await session.close(logout)
      await session.open(login, credentials('amy', 'T1'))

      expect(session.token).toBeNull()
      expect(storage.getItem(TOKEN_KEY)).toBeNull()
    })
  })

  describe('refresh', () => {
    it('takes over user and token without telling listeners', async () => {
      await logIn(session, 'amy', 'T1')

      await session.refresh(await session.begin(), credentials('amy', 'T2', 'amelia'))

      expect(session.token).toBe('T2')
      expect(session.user?.username).toBe('amelia')
      expect(newTab(storage).token).toBe('T2')
      expect(newTab(storage).user?.username).toBe('amelia')
      expect(events).toEqual(['amy'])
    })

    it('leaves a token alone that is remembered already, which another tab may just end', async () => {
      await logIn(session, 'amy', 'T1')
      const written: string[] = []
      const { getItem, removeItem } = storage
      const setItem = (key: string) => void written.push(key)
      session = newTab({ getItem, setItem, removeItem })

      await session.refresh(await session.begin(), credentials('amy', 'T1', 'amelia'))

      expect(written).toEqual([USER_KEY])
    })

    it('is ignored when the session has ended meanwhile', async () => {
      await logIn(session, 'amy', 'T1')
      const whoami = await session.begin()
      await session.close(await session.begin())

      await session.refresh(whoami, credentials('amy', 'T1'))

      expect(session.user).toBeNull()
      expect(session.token).toBeNull()
      expect(storage.getItem(TOKEN_KEY)).toBeNull()
      expect(storage.getItem(USER_KEY)).toBeNull()
    })

    it('is ignored when somebody else has logged in meanwhile', async () => {
      await logIn(session, 'amy', 'T1')
      const whoami = await session.begin()
      await logIn(session, 'bob', 'T2')

      await session.refresh(whoami, credentials('amy', 'T1'))

      expect(session.user?._id).toBe('bob')
      expect(newTab(storage).token).toBe('T2')
    })

    it('that began later is not overwritten by an older one that answers later', async () => {
      await logIn(session, 'amy', 'T1')
      const older = await session.begin()
      const newer = await session.begin()

      await session.refresh(newer, credentials('amy', 'T3', 'new-name'))
      await session.refresh(older, credentials('amy', 'T2', 'old-name'))

      expect(session.user?.username).toBe('new-name')
      expect(session.token).toBe('T3')
    })

    it('that is outdated remembers no edits that the app has made to the user', async () => {
      await logIn(session, 'amy', 'T1')
      const older = await session.begin()
      await session.refresh(await session.begin(), credentials('amy', 'T1'))
      session.user!.username = 'edited'

      await session.refresh(older, credentials('amy', 'T2'))

      expect(newTab(storage).token).toBe('T2')
      expect(newTab(storage).user?.username).toBe('amy')
    })

    it('brings back the user of a token whose user could not be read', async () => {
      storage.setItem(TOKEN_KEY, 'T1')
      storage.setItem(USER_KEY, '{"_id":"us')
      session = newTab(storage)

      await session.refresh(await session.begin(), credentials('amy', 'T1'))

      expect(session.user?._id).toBe('amy')
      expect(newTab(storage).user?._id).toBe('amy')
    })

    it('does not bring back what another tab has forgotten', async () => {
      await logIn(session, 'amy', 'T1')
      await newTabLogsOut(storage)

      await session.refresh(await session.begin(), credentials('amy', 'T1'))

      expect(storage.getItem(TOKEN_KEY)).toBeNull()
    })

    it('does not overwrite the user who has logged in in another tab', async () => {
      await logIn(session, 'amy', 'T1')
      await logIn(newTab(storage), 'bob', 'T2')

      await session.refresh(await session.begin(), credentials('amy', 'T1'))

      expect(newTab(storage).token).toBe('T2')
      expect(newTab(storage).user?._id).toBe('bob')
    })
  })

  describe('rotate', () => {
    it('takes the new token even if another one has come meanwhile', async () => {
      await logIn(session, 'amy', 'T1')
      const change = await session.begin()
      await session.refresh(await session.begin(), credentials('amy', 'T2'))

      await session.rotate(change, Promise.resolve(credentials('amy', 'T3')))

      expect(session.token).toBe('T3')
      expect(newTab(storage).token).toBe('T3')
    })

    it('keeps its token when an answer with an older one comes later', async () => {
      await logIn(session, 'amy', 'T1')
      const change = await session.begin()
      const whoami = await session.begin()

      await session.rotate(change, Promise.resolve(credentials('amy', 'T3')))
      await session.refresh(whoami, credentials('amy', 'T2'))

      expect(session.token).toBe('T3')
    })

    it('saves the session from another call that finds the old token dead already', async () => {
      await logIn(session, 'amy', 'T1')
      const answer = Promise.withResolvers<ReturnType<typeof credentials>>()
      const rotation = session.rotate(await session.begin(), answer.promise)

      await session.expire('T1')
      answer.resolve(credentials('amy', 'T2'))
      await rotation

      expect(session.token).toBe('T2')
      expect(events).toEqual(['amy'])
    })

    it('ends the session after all when it brings no new token', async () => {
      await logIn(session, 'amy', 'T1')
      const answer = Promise.withResolvers<ReturnType<typeof credentials>>()
      const rotation = session.rotate(await session.begin(), answer.promise)

      await session.expire('T1')
      answer.reject(new Error('lost'))

      await expect(rotation).rejects.toThrow('lost')
      expect(session.token).toBeNull()
      expect(events).toEqual(['amy', null])
    })
  })

  describe('dead token', () => {
    it('ends the session, and tells listeners once', async () => {
      await logIn(session, 'amy', 'T1')

      await Promise.all([session.expire('T1'), session.expire('T1')])

      expect(session.user).toBeNull()
      expect(session.token).toBeNull()
      expect(storage.getItem(TOKEN_KEY)).toBeNull()
      expect(storage.getItem(USER_KEY)).toBeNull()
      expect(events).toEqual(['amy', null])
    })

    it('SD-03, R-37: is of no interest when it is not the current one', async () => {
      await logIn(session, 'amy', 'T2')

      await session.expire('T1')

      expect(session.token).toBe('T2')
      expect(events).toEqual(['amy'])
    })

    it('is of no interest when it is not the current one and no storage works', async () => {
      const failure = () => Promise.reject(new Error('broken'))
      session = newTab({ getItem: failure, setItem: failure, removeItem: failure })
      await logIn(session, 'amy', 'T2')

      await session.expire('T1')

      expect(session.token).toBe('T2')
    })

    it('does not stop a log-in under way', async () => {
      await logIn(session, 'amy', 'T1')
      const login = await session.begin()
      await session.expire('T1')

      await session.open(login, credentials('amy', 'T2'))

      expect(session.token).toBe('T2')
      expect(events).toEqual(['amy', null, 'amy'])
    })

    it('gives way to the newer token that another tab has remembered', async () => {
      await logIn(session, 'amy', 'T1')
      const other = newTab(storage)
      await other.refresh(await other.begin(), credentials('amy', 'T2'))

      await session.expire('T1')

      expect(session.token).toBe('T2')
      expect(events).toEqual(['amy'])
    })

    it('gives way to the user who has logged in in another tab', async () => {
      await logIn(session, 'amy', 'T1')
      await logIn(newTab(storage), 'bob', 'T2')

      await session.expire('T1')

      expect(session.user?._id).toBe('bob')
      expect(newTab(storage).token).toBe('T2')
      expect(events).toEqual(['amy', 'bob'])
    })
  })

  describe('log-out', () => {
    it('forgets user and token, and tells listeners once', async () => {
      await logIn(session, 'amy', 'T1')

      await session.close(await session.begin())
      await session.close(await session.begin())

      expect(session.user).toBeNull()
      expect(storage.getItem(TOKEN_KEY)).toBeNull()
      expect(storage.getItem(USER_KEY)).toBeNull()
      expect(events).toEqual(['amy', null])
    })

    it('does not end the session of a log-in that began after it', async () => {
      await logIn(session, 'amy', 'T1')
      const logout = await session.begin()
      await logIn(session, 'bob', 'T2')

      await session.close(logout)

      expect(session.token).toBe('T2')
      expect(newTab(storage).token).toBe('T2')
      expect(events).toEqual(['amy', 'bob'])
    })

    it('forgets a newer token of the same user, but not another user of another tab', async () => {
      await logIn(session, 'amy', 'T1')
      const other = newTab(storage)
      await other.refresh(await other.begin(), credentials('amy', 'T2'))
      await session.close(await session.begin())
      expect(storage.getItem(TOKEN_KEY)).toBeNull()

      await logIn(session, 'amy', 'T3')
      await logIn(newTab(storage), 'bob', 'T4')
      await session.close(await session.begin())

      expect(session.user).toBeNull()
      expect(newTab(storage).user?._id).toBe('bob')
    })
  })

  describe('after an SDK that kept query results', () => {
    it('removes them', async () => {
      const result = '_public:4ac0f8b2ceca5c8aebcc1e19598dda4f'
      storage.setItem(result, '{"result":[{"_id":"note/1"}]}')
      storage.setItem('_skygear_purgeable_keys_', JSON.stringify([result]))
      storage.setItem('of-the-app', 'stays')

      newTab(storage)

      await vi.waitFor(() => expect(storage.getItem('_skygear_purgeable_keys_')).toBeNull())
      expect(storage.getItem(result)).toBeNull()
      expect(storage.getItem('of-the-app')).toBe('stays')
    })
  })

  describe('with a storage that answers with promises', () => {
    it('lets calls wait until what is remembered has been read', async () => {
      const storage = createSlowStorage({ [TOKEN_KEY]: 'T1', [USER_KEY]: '{"_id":"user/amy"}' })
      session = createSessionStore(readUser, { storage })

      void session.load()
      const moment = await session.begin()

      expect(moment.token).toBe('T1')
      expect(session.user?._id).toBe('amy')
    })

    it('keeps a log-in that succeeds while what is remembered is read again', async () => {
      const slow = createSlowStorage()
      session = newTab(slow)
      const login = await session.begin()

      await Promise.all([session.load(), session.open(login, credentials('amy', 'T1'))])

      expect(session.token).toBe('T1')
      expect(slow.items).toMatchObject({ [TOKEN_KEY]: 'T1' })
    })

    it('ends up with what happened last', async () => {
      const slow = createSlowStorage()
      session = newTab(slow)

      const done = [logIn(session, 'amy', 'T1'), logIn(session, 'bob', 'T2')]
      done.push(session.close(await session.begin()), logIn(session, 'cat', 'T3'))
      await Promise.all(done)

      expect(session.token).toBe('T3')
      expect(slow.items).toMatchObject({
        [TOKEN_KEY]: 'T3',
        [USER_KEY]: expect.stringContaining('cat'),
      })
    })
  })

  describe('what is remembered', () => {
    it('is understood as SDKs up to 1.0 wrote it', () => {
      storage.setItem(TOKEN_KEY, 'T1')
      storage.setItem(USER_KEY, '{"user_id":"amy-1","username":"amy","email":"a@example.com"}')

      const { user, token } = newTab(storage)

      expect(token).toBe('T1')
      expect(user?.id).toBe('user/amy-1')
      expect(user).toMatchObject({ _id: 'amy-1', username: 'amy', email: 'a@example.com' })
    })

    it('can be read by the original SDK: the JSON of a record with its full id', async () => {
      await logIn(session, 'amy', 'T1')

      expect(JSON.parse(String(storage.getItem(USER_KEY)))).toEqual({
        _id: 'user/amy',
        _access: null,
        username: 'amy',
        _session: 'T1',
      })
    })

    it.each([
      'null',
      '1',
      '"text"',
      '[]',
      '{}',
      'not JSON',
      '{"_id":1}',
      '{"_id":"note/1"}',
      '{"user_id":7}',
      '{"__proto__":{"_id":"user/evil"}}',
      `{"_id":"${'x/'.repeat(100_000)}"}`,
    ])('keeps the token but no user when the user is %.40s', (json) => {
      storage.setItem(TOKEN_KEY, 'T1')
      storage.setItem(USER_KEY, json)

      const { user, token } = newTab(storage)

      expect(user).toBeNull()
      expect(token).toBe('T1')
    })

    it('is nobody when there is a user without a token', () => {
      storage.setItem(USER_KEY, '{"_id":"user/amy"}')

      expect(newTab(storage).user).toBeNull()
    })

    it('may be unreadable altogether', () => {
      const blocked = {
        ...storage,
        getItem: () => {
          throw new Error('blocked')
        },
      }

      expect(newTab(blocked).user).toBeNull()
      expect(warnings).toHaveBeenCalled()
    })
  })

  describe('state', () => {
    let told: string[]

    function watch(): void {
      told = []
      session.onAuthState(({ status, user, reason, source }) =>
        told.push([status, user?._id ?? null, reason, source].join(' ')),
      )
    }

    it('is told at once, and then at each change', async () => {
      session = createSessionStore(readUser, { storage })
      watch()
      await session.load()
      await logIn(session, 'amy', 'T1')
      await session.refresh(await session.begin(), credentials('amy', 'T1', 'amelia'))
      await session.close(await session.begin())
      await logIn(session, 'bob', 'T2')
      await session.expire('T2', 'revoked')

      expect(told).toEqual([
        'restoring   local',
        'anonymous  restored local',
        'signedIn amy loggedIn local',
        'signedIn amy updated local',
        'signedOut  loggedOut local',
        'signedIn bob loggedIn local',
        'signedOut  revoked server',
      ])
    })

    it('is restored before load returns', async () => {
      await logIn(session, 'amy', 'T1')

      session = newTab(storage)
      watch()

      expect(told).toEqual(['signedIn amy restored local'])
      expect(session.state).toMatchObject({ user: session.user })
    })

    it('is restoring while a slow storage is read', async () => {
      session = newTab(createSlowStorage({ [TOKEN_KEY]: 'T1', [USER_KEY]: '{"_id":"user/amy"}' }))
      watch()
      await session.begin()

      expect(told).toEqual(['restoring   local', 'signedIn amy restored local'])
    })

    it('is anonymous when the storage cannot be read', () => {
      const blocked = () => {
        throw new Error('blocked')
      }
      session = newTab({ getItem: blocked, setItem: blocked, removeItem: blocked })

      expect(session.state).toMatchObject({ status: 'anonymous', user: null })
    })

    it('tells nothing after cancel', async () => {
      const listener = vi.fn()
      session.onAuthState(listener).cancel()

      await logIn(session, 'amy', 'T1')

      expect(listener).toHaveBeenCalledOnce()
    })
  })

  describe('a client with a name', () => {
    it('shares the storage, but not the session, with others', async () => {
      const admin = createSessionStore(readUser, { storage, name: 'admin' })
      void admin.load()
      await logIn(session, 'amy', 'T1')
      await logIn(admin, 'root', 'T2')

      await session.close(await session.begin())
      const reloaded = createSessionStore(readUser, { storage, name: 'admin' })
      void reloaded.load()

      expect(reloaded.user?._id).toBe('root')
      expect(newTab(storage).user).toBeNull()
    })
  })

  describe('user and token that do not belong together', () => {
    it('SD-07: leave nobody as the user, until the server tells whose the token is', async () => {
      await logIn(session, 'amy', 'token-of-amy')
      storage.setItem(TOKEN_KEY, 'token-of-bob')
      session = newTab(storage)
      session.onUserChanged((user) => events.push(user?._id ?? null))
      expect(session.user).toBeNull()
      expect(session.token).toBe('token-of-bob')
      expect(session.state.status).toBe('restoring')

      await session.refresh(await session.begin(), credentials('bob', 'token-of-bob'))

      expect(session.state.status).toBe('signedIn')
      expect(newTab(storage).user?._id).toBe('bob')
      expect(events).toEqual(['amy', 'bob'])
    })
  })

  describe('listeners', () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    afterEach(() => errors.mockClear())

    it('SD-15: that throw or reject are reported, and stop nobody else', async () => {
      session = newTab(storage)
      const seen: unknown[] = []
      session.onUserChanged(() => {
        throw new Error('thrown')
      })
      session.onUserChanged(() => Promise.reject(new Error('rejected')))
      session.onUserChanged((user) => seen.push(user?._id))

      await logIn(session, 'amy', 'T1')
      await Promise.resolve()

      expect(seen).toEqual(['amy'])
      expect(errors).toHaveBeenCalledTimes(2)
    })

    it('are called in the order of their registration, and no more once cancelled', async () => {
      session = newTab(storage)
      const seen: string[] = []
      session.onUserChanged(() => {
        seen.push('first')
        second.cancel()
      })
      const second = session.onUserChanged(() => seen.push('second'))
      session.onUserChanged(() => seen.push('third'))

      await logIn(session, 'amy', 'T1')

      expect(seen).toEqual(['first', 'third'])
    })

    it('may log out', async () => {
      session.onUserChanged(async (user) => {
        if (user) await session.close(await session.begin())
      })

      await logIn(session, 'amy', 'T1')
      await vi.waitFor(() => expect(events).toHaveLength(2))

      expect(session.token).toBeNull()
      expect(events).toEqual(['amy', null])
    })
  })
})

function credentials(key: string, token: string, username = key) {
  return { user: readUser({ _id: `user/${key}`, _access: null, username }) as User, token }
}

async function logIn(session: SessionStore<User>, key: string, token: string): Promise<void> {
  await session.open(await session.begin(), credentials(key, token))
}

function newTab(storage: KeyValueStorage): SessionStore<User> {
  const session = createSessionStore(readUser, { storage })
  void session.load()
  return session
}

async function newTabLogsOut(storage: KeyValueStorage): Promise<void> {
  const tab = newTab(storage)
  await tab.close(await tab.begin())
}

function spyOnWrites(storage: KeyValueStorage, states: unknown[]): KeyValueStorage {
  const record = () => {
    const user = storage.getItem(USER_KEY) as string | null
    states.push([storage.getItem(TOKEN_KEY), user && JSON.parse(user)._id.slice(5)])
  }
  return {
    getItem: storage.getItem,
    setItem(key, value) {
      storage.setItem(key, value)
      record()
    },
    removeItem(key) {
      storage.removeItem(key)
      record()
    },
  }
}
