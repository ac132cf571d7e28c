import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../server/src/testing/test-server.ts'
import skygearAuth from './src/auth-only.ts'
import { type Client, createClient, type KeyValueStorage, SkygearError } from './src/index.ts'
import { createMemoryStorage } from './src/storage/memory-storage.ts'
import { type HoldingProxy, startHoldingProxy } from './src/testing/holding-proxy.ts'

interface Profile {
  interest?: string
  born?: Date
}

const PASSWORD = 'correct horse battery'
const OTHER_PASSWORD = 'staple of correct horses'

describe.each(['opaque', 'jwt'])('with the %s token store', (tokenStore) => {
  let server: TestServer
  let storage: KeyValueStorage
  let skygear: Client<Profile>
  let events: Array<string | null>
  let username: string

  beforeAll(async () => {
    server = await startTestServer({ TOKEN_STORE: tokenStore, RATE_LIMIT: 'off' })
  })
  afterAll(() => server.close())

  beforeEach(async () => {
    username = `amy-${crypto.randomUUID()}`
    storage = createMemoryStorage()
    skygear = await connect(storage)
    events = []
    skygear.auth.onUserChanged((user) => events.push(user?._id ?? null))
  })

  function connect(withStorage?: KeyValueStorage): Promise<Client<Profile>> {
    const client = createClient<Profile>(withStorage && { storage: withStorage })
    return client.config({ endPoint: server.url, apiKey: server.apiKey })
  }

  describe('signing up', () => {
    it('SD-12: stores the user record, and nothing secret with it', async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD, { interest: 'reading' })

      const stored = String(await storage.getItem('skygear-user'))
      const fields = Object.keys(JSON.parse(stored)).filter((name) => !name.startsWith('_'))
      expect(fields.toSorted()).toEqual(['interest', 'username'])
      expect(stored).not.toContain(PASSWORD)
      expect(stored).not.toContain(skygear.auth.accessToken)
    })

    it('with a username gives the user record, and logs in', async () => {
      const user = await skygear.auth.signupWithUsername(username, PASSWORD)

      expect(user['username']).toBe(username)
      expect(user).toBe(skygear.auth.currentUser)
      expect(user).toBeInstanceOf(skygear.Record)
      expect(user.id).toBe(`user/${user._id}`)
      expect(user.ownerID).toBe(user._id)
      expect(skygear.auth.accessToken).toEqual(expect.any(String))
      expect(events).toEqual([user._id])
    })

    it('with an email gives the user record', async () => {
      const user = await skygear.auth.signupWithEmail(`${username}@example.com`, PASSWORD)

      expect(user['email']).toBe(`${username}@example.com`)
      expect(user.username).toBeUndefined()
    })

    it('puts other data into the user record, dates too', async () => {
      const born = new Date('1990-05-01T00:00:00Z')

      const user = await skygear.auth.signupWithEmail(`${username}@example.com`, PASSWORD, {
        interest: 'reading',
        born,
      })

      expect(user['interest']).toBe('reading')
      expect((await skygear.auth.whoami()).born).toEqual(born)
    })

    it('with a name that exists fails with Duplicated, and tells no listener', async () => {
      const other = await connect()
      await other.auth.signupWithUsername(username, PASSWORD)

      const error = await skygear.auth
        .signupWithUsername(username.toUpperCase(), PASSWORD)
        .catch((reason) => reason)

      expect(error).toBeInstanceOf(SkygearError)
      expect(error.error.code).toBe(skygear.ErrorCodes.Duplicated)
      expect(error.code).toBe(skygear.ErrorCodes.Duplicated)
      expect(error.status).toBe(409)
      expect(skygear.auth.currentUser).toBeNull()
      expect(events).toEqual([])
    })

    it('anonymously gives a user without username and email', async () => {
      const user = await skygear.auth.signupAnonymously()

      expect(user.username).toBeUndefined()
      expect(user.email).toBeUndefined()
      expect(skygear.auth.currentUser?._id).toBe(user._id)
    })

    it('without a username is not anonymous, but refused', async () => {
      const nothing = undefined as unknown as string

      await expect(skygear.auth.signupWithUsername(nothing, nothing)).rejects.toMatchObject({
        code: skygear.ErrorCodes.InvalidArgument,
      })
      expect(skygear.auth.currentUser).toBeNull()
    })
  })

  describe('logging in', () => {
    it('with username or email gives the user record', async () => {
      const other = await connect()
      const email = `${username}@example.com`
      const { _id } = await other.auth.signup({ username, email }, PASSWORD)

      expect((await skygear.auth.loginWithUsername(username, PASSWORD))._id).toBe(_id)
      expect((await skygear.auth.loginWithEmail(email, PASSWORD))._id).toBe(_id)
      expect((await skygear.auth.login({ username }, PASSWORD)).email).toBe(email)
      expect(events).toEqual([_id, _id, _id])
    })

    it('with a wrong password fails with InvalidCredentials', async () => {
      await (await connect()).auth.signupWithUsername(username, PASSWORD)

      await expect(skygear.auth.loginWithUsername(username, OTHER_PASSWORD)).rejects.toMatchObject({
        error: { code: skygear.ErrorCodes.InvalidCredentials },
      })
      expect(events).toEqual([])
    })

    it('with an unknown name fails with ResourceNotFound', async () => {
      await expect(skygear.auth.loginWithUsername(username, PASSWORD)).rejects.toMatchObject({
        error: { code: skygear.ErrorCodes.ResourceNotFound },
      })
    })

    it('survives a reload, without a call or an event', async () => {
      const { _id } = await skygear.auth.signupWithUsername(username, PASSWORD)

      const reloaded = await connect(storage)
      const reloadEvents: unknown[] = []
      reloaded.auth.onUserChanged((user) => reloadEvents.push(user))

      expect(reloaded.auth.currentUser?._id).toBe(_id)
      expect(reloaded.auth.currentUser?.username).toBe(username)
      expect((await reloaded.auth.whoami())._id).toBe(_id)
      expect(reloadEvents).toEqual([])
    })
  })

  describe('logging out', () => {
    it('ends the session here and on the server', async () => {
      const { _id } = await skygear.auth.signupWithUsername(username, PASSWORD)
      const tab = await connect(await copyOf(storage))

      expect(await skygear.auth.logout()).toBeNull()

      expect(skygear.auth.currentUser).toBeNull()
      expect(skygear.auth.accessToken).toBeNull()
      expect((await connect(storage)).auth.currentUser).toBeNull()
      expect(events).toEqual([_id, null])
      await expect(tab.auth.whoami()).rejects.toMatchObject({ code: 104 })
    })

    it('is possible when nobody is logged in', async () => {
      expect(await skygear.auth.logout()).toBeNull()
      expect(events).toEqual([])
    })
  })

  describe('a dead token', () => {
    it('logs out with one event, on whichever call finds it', async () => {
      const { _id } = await skygear.auth.signupWithUsername(username, PASSWORD)
      await (await connect(await copyOf(storage))).auth.logout()
      const note = new skygear.Record('note', { title: 'Hello' })

      const outcomes = await Promise.allSettled([
        skygear.publicDB.save(note),
        skygear.auth.whoami(),
      ])

      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(skygear.auth.currentUser).toBeNull()
      expect((await connect(storage)).auth.currentUser).toBeNull()
      expect(events).toEqual([_id, null])
    })

    it('does not stand in the way of logging in again', async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD)
      await (await connect(await copyOf(storage))).auth.logout()

      const [user] = await Promise.all([
        skygear.auth.loginWithUsername(username, PASSWORD),
        skygear.auth.whoami().catch(() => {}),
      ])

      expect(skygear.auth.currentUser?._id).toBe(user._id)
      expect((await skygear.auth.whoami())._id).toBe(user._id)
    })
  })

  describe('saving the current user', () => {
    it('changes username and email', async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD, { interest: 'reading' })
      const user = skygear.auth.currentUser!

      user['username'] = `${username}-new`
      user['email'] = `${username}@example.com`
      const saved = await skygear.publicDB.save(user)

      expect(saved).toBe(user)
      expect(saved['username']).toBe(`${username}-new`)
      expect(saved['interest']).toBe('reading')
      const other = await connect()
      expect((await other.auth.loginWithEmail(`${username}@example.com`, PASSWORD)).username).toBe(
        `${username}-new`,
      )
      expect(events).toEqual([user._id])
    })

    it('leaves what is remembered as it was, until whoami', async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD)
      const user = skygear.auth.currentUser!
      user['username'] = `${username}-new`

      await skygear.publicDB.save(user)
      expect((await connect(storage)).auth.currentUser?.username).toBe(username)
      await skygear.auth.whoami()

      expect((await connect(storage)).auth.currentUser?.username).toBe(`${username}-new`)
      expect(skygear.auth.currentUser?.username).toBe(`${username}-new`)
      expect(events).toEqual([user._id])
    })

    it('with a name that exists fails with Duplicated; whoami brings back the old one', async () => {
      await (await connect()).auth.signupWithUsername(`${username}-taken`, PASSWORD)
      await skygear.auth.signupWithUsername(username, PASSWORD)
      const user = skygear.auth.currentUser!
      user['username'] = `${username}-taken`

      const error = await skygear.publicDB.save(user).catch((reason) => reason)

      expect(error).toBeInstanceOf(SkygearError)
      expect(error.code).toBe(skygear.ErrorCodes.Duplicated)
      expect(error.error.code).toBe(skygear.ErrorCodes.Duplicated)
      expect(error.error._id).toBe(user.id)
      expect((await skygear.auth.whoami()).username).toBe(username)
      expect(skygear.auth.currentUser?.username).toBe(username)
    })

    it('does not give it an access list', async () => {
      const user = await skygear.auth.signupWithUsername(username, PASSWORD)
      const { access } = user

      await skygear.publicDB.save(user)

      expect((await skygear.auth.whoami()).access).toEqual(access)
    })
  })

  describe('changing the password', () => {
    beforeEach(async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD)
      events.length = 0
    })

    it('gives the user record, keeps the session, and tells no listener', async () => {
      const user = await skygear.auth.changePassword(PASSWORD, OTHER_PASSWORD)

      expect(user.username).toBe(username)
      expect((await skygear.auth.whoami()).username).toBe(username)
      expect((await (await connect(storage)).auth.whoami()).username).toBe(username)
      expect(events).toEqual([])
      const other = await connect()
      await expect(other.auth.loginWithUsername(username, PASSWORD)).rejects.toMatchObject({
        code: skygear.ErrorCodes.InvalidCredentials,
      })
      await other.auth.loginWithUsername(username, OTHER_PASSWORD)
    })

    it('with a wrong current password fails with InvalidCredentials', async () => {
      await expect(
        skygear.auth.changePassword(OTHER_PASSWORD, OTHER_PASSWORD),
      ).rejects.toMatchObject({ error: { code: skygear.ErrorCodes.InvalidCredentials } })
      expect(skygear.auth.currentUser?.username).toBe(username)
    })

    it('with invalidate ends every other session, but not this one', async () => {
      const other = await connect()
      await other.auth.loginWithUsername(username, PASSWORD)
      const tokenBefore = skygear.auth.accessToken

      await skygear.auth.changePassword(PASSWORD, OTHER_PASSWORD, true)

      expect(skygear.auth.accessToken).not.toBe(tokenBefore)
      expect((await skygear.auth.whoami()).username).toBe(username)
      await expect(other.auth.whoami()).rejects.toMatchObject({ code: 104 })
      expect(other.auth.currentUser).toBeNull()
      expect(events).toEqual([])
    })

    it('without invalidate ends other sessions if tokens are JWTs, else none', async () => {
      const other = await connect()
      await other.auth.loginWithUsername(username, PASSWORD)

      await skygear.auth.changePassword(PASSWORD, OTHER_PASSWORD)

      const whoami = other.auth.whoami()
      if (tokenStore === 'jwt') await expect(whoami).rejects.toMatchObject({ code: 104 })
      else expect((await whoami).username).toBe(username)
    })

    it('understands invalidate=true as the guide writes it, in sloppy code', async () => {
      const other = await connect()
      await other.auth.loginWithUsername(username, PASSWORD)
      const sample = new Function(
        'skygear, currentPassword, newPassword',
        'return skygear.auth.changePassword(currentPassword, newPassword, invalidate=true)',
      )

      await sample(skygear, PASSWORD, OTHER_PASSWORD)
      Reflect.deleteProperty(globalThis, 'invalidate')

      await expect(other.auth.whoami()).rejects.toMatchObject({ code: 104 })
    })
  })

  describe('sessions', () => {
    let other: Client<Profile>

    beforeEach(async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD)
      other = await connect()
      await other.auth.loginWithUsername(username, PASSWORD)
      events = []
    })

    it('are listed with the one of this client', async () => {
      const sessions = await skygear.auth.sessions()

      expect(sessions).toHaveLength(tokenStore === 'jwt' ? 1 : 2)
      const current = sessions.find((session) => session.current)
      expect(current).toMatchObject({ createdAt: expect.any(Date), lastSeenAt: expect.any(Date) })
    })

    it('of other devices end one by one', async () => {
      const [session] = await other.auth.sessions()

      await other.auth.revokeSession(session!.id)

      await expect(other.auth.whoami()).rejects.toMatchObject({
        code: 104,
        info: { reason: 'revoked' },
      })
      expect(other.auth.currentUser).toBeNull()
      await expect(skygear.auth.revokeSession('unknown')).rejects.toMatchObject({ code: 110 })
      expect(skygear.auth.currentUser?.username).toBe(username)
    })

    it('of all other devices end, and this one goes on', async () => {
      await skygear.auth.revokeOtherSessions()

      expect((await skygear.auth.whoami()).username).toBe(username)
      await expect(other.auth.whoami()).rejects.toMatchObject({ code: 104 })
      expect(events).toEqual([])
      const again = await connect(storage)
      expect((await again.auth.whoami()).username).toBe(username)
    })

    it('all end with a log-out everywhere', async () => {
      await skygear.auth.logoutEverywhere()

      expect(skygear.auth.currentUser).toBeNull()
      expect(events).toEqual([null])
      await expect(other.auth.whoami()).rejects.toMatchObject({ code: 104 })
    })
  })

  describe('upgrading an anonymous user', () => {
    it('keeps the user and the session, and gives a way to log in', async () => {
      const { _id: id } = await skygear.auth.signupAnonymously()
      events = []

      const user = await skygear.auth.upgradeAnonymous({ username }, PASSWORD)

      expect(user).toMatchObject({ _id: id, username })
      expect(skygear.auth.currentUser).toBe(user)
      expect(events).toEqual([])
      expect((await skygear.auth.whoami())._id).toBe(id)
      const again = await connect(storage)
      expect(again.auth.currentUser).toMatchObject({ _id: id, username })
      const other = await connect()
      expect((await other.auth.loginWithUsername(username, PASSWORD))._id).toBe(id)
    })

    it('is refused for others, whose session goes on', async () => {
      await skygear.auth.signupWithUsername(username, PASSWORD)

      await expect(
        skygear.auth.upgradeAnonymous({ email: 'a@example.com' }, PASSWORD),
      ).rejects.toMatchObject({ code: skygear.ErrorCodes.PermissionDenied })
      expect((await skygear.auth.whoami()).username).toBe(username)
    })
  })

  describe('late answers', () => {
    let proxy: HoldingProxy

    beforeEach(async () => {
      proxy = await startHoldingProxy(server.url)
      skygear.configEndPoint(proxy.url)
      await skygear.auth.signupWithUsername(username, PASSWORD)
      events.length = 0
    })
    afterEach(() => proxy.close())

    it('to whoami do not bring back a session that has ended', async () => {
      const held = proxy.hold('/me')
      const whoami = skygear.auth.whoami()
      await held.arrived
      await skygear.auth.logout()

      held.release()
      await whoami

      expect(skygear.auth.currentUser).toBeNull()
      expect(skygear.auth.accessToken).toBeNull()
      expect((await connect(storage)).auth.currentUser).toBeNull()
      expect(events).toEqual([null])
    })

    it('to whoami do not replace the user who has logged in since', async () => {
      const held = proxy.hold('/me')
      const whoami = skygear.auth.whoami()
      await held.arrived
      const bob = await skygear.auth.signupAnonymously()

      held.release()
      await whoami

      expect(skygear.auth.currentUser?._id).toBe(bob._id)
      expect((await skygear.auth.whoami())._id).toBe(bob._id)
    })

    it('to a dead token do not log out the user who has logged in since', async () => {
      await (await connect(await copyOf(storage))).auth.logout()
      const held = proxy.hold('/me')
      const whoami = skygear.auth.whoami()
      await held.arrived
      const bob = await skygear.auth.signupAnonymously()

      held.release()

      await expect(whoami).rejects.toMatchObject({ code: 104 })
      expect(skygear.auth.currentUser?._id).toBe(bob._id)
      expect(events).toEqual([bob._id])
    })

    it('to log-out do not log out the user who has logged in since', async () => {
      const held = proxy.hold('/auth/logout')
      const logout = skygear.auth.logout()
      await held.arrived
      const bob = await skygear.auth.signupAnonymously()

      held.release()
      await logout

      expect(skygear.auth.currentUser?._id).toBe(bob._id)
      expect((await connect(storage)).auth.currentUser?._id).toBe(bob._id)
    })

    it('to a password change find the session in place, though another call was refused', async () => {
      const held = proxy.hold('/auth/password')
      const change = skygear.auth.changePassword(PASSWORD, OTHER_PASSWORD, true)
      await held.arrived
      await expect(skygear.auth.whoami()).rejects.toMatchObject({ code: 104 })

      held.release()
      await change

      expect((await skygear.auth.whoami()).username).toBe(username)
      expect(events).toEqual([])
    })
  })

  describe('saving records', () => {
    beforeEach(() => skygear.auth.signupAnonymously())

    it('lets the record be what the server has stored', async () => {
      const Note = skygear.Record.extend('note')
      const note = new Note({ title: 'Hello', due: new Date('2018-01-02T00:00:00Z') })

      const saved = await skygear.publicDB.save(note)

      expect(saved).toBe(note)
      expect(saved['due']).toEqual(new Date('2018-01-02T00:00:00Z'))
      expect(saved.ownerID).toBe(skygear.auth.currentUser?._id)
      expect(saved.createdAt).toBeInstanceOf(Date)
    })

    it('clears what is set to null', async () => {
      const note = new skygear.Record('note', { title: 'Hello' })
      await skygear.privateDB.save(note)

      note['title'] = null
      await skygear.privateDB.save(note)

      expect(note).not.toHaveProperty('title')
    })

    it('saves several, each with its own outcome', async () => {
      const other = await connect()
      await other.auth.signupAnonymously()
      const foreign = new other.Record('note', { title: 'Mine', _access: [] })
      await other.publicDB.save(foreign)
      const mine = new skygear.Record('note', { title: 'Hello' })
      const theirs = new skygear.Record('note', { _id: foreign.id, title: 'Stolen' })

      const { savedRecords, errors } = await skygear.publicDB.save([mine, theirs])

      expect(savedRecords).toEqual([mine, undefined])
      expect(errors[0]).toBeUndefined()
      expect(errors[1]).toBeInstanceOf(SkygearError)
      expect(errors[1]?.code).toBe(skygear.ErrorCodes.PermissionDenied)
    })

    it('saves all or none when asked to', async () => {
      const bad = new skygear.Record('user', { title: 'Not a user' })
      const note = new skygear.Record('note', { title: 'Hello' })

      await expect(skygear.publicDB.save([note, bad], { atomic: true })).rejects.toMatchObject({
        code: skygear.ErrorCodes.AtomicOperationFailure,
        answered: true,
      })
      expect(note.createdAt).toBeUndefined()
    })

    it('refuses undefined values and missing records, as rejections', async () => {
      const nothing = undefined as unknown as InstanceType<typeof skygear.Record>

      await expect(
        skygear.publicDB.save(new skygear.Record('note', { title: undefined })),
      ).rejects.toBeInstanceOf(SkygearError)
      await expect(skygear.publicDB.save(nothing)).rejects.toBeInstanceOf(SkygearError)
      await expect(skygear.publicDB.save([nothing])).rejects.toBeInstanceOf(SkygearError)
    })
  })

  it('skygear/auth signs up, logs out and logs in the same way', async () => {
    await skygearAuth.config({ endPoint: server.url, apiKey: server.apiKey })

    const user = await skygearAuth.auth.signupWithUsername(username, PASSWORD)
    await skygearAuth.auth.logout()
    const again = await skygearAuth.auth.loginWithUsername(username, PASSWORD)

    expect(again['username']).toBe(username)
    expect(again._id).toBe(user._id)
    expect(skygearAuth.auth.currentUser).toBe(again)
    await skygearAuth.auth.logout()
  })
})

/** As another device that holds the same token. */
async function copyOf(storage: KeyValueStorage): Promise<KeyValueStorage> {
  const copy = createMemoryStorage()
  for (const key of ['skygear-accesstoken', 'skygear-user']) {
    copy.setItem(key, String(await storage.getItem(key)))
  }
  return copy
}
