import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  linkIn,
  type MailServer,
  startMailServer,
} from '../../packages/server/src/testing/mail-server.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Client, createClient } from '../../packages/skygear/src/index.ts'
import { guideSample, guideSampleNames, type Sample, type Situation } from './samples.ts'
import {
  onAnotherDevice,
  printWho,
  type Report,
  SIGN_UP,
  STEAL_TOKEN,
  type Stage,
  sampleAct,
  testAct,
  UNPLUG,
} from './scene.ts'

const username = 'amy'
const email = 'amy@example.com'
const password = 'correct horse'
const newPassword = 'battery staple'
/** Variables that samples find in scope. */
export const given = { username, email, password, currentPassword: password, newPassword }

/** Lets the client look again at what is stored. */
const RELOAD = 'await skygear.config({})'

/** Logs in somebody who has signed up elsewhere. */
const LOG_IN = 'await skygear.auth.loginWithEmail(email, password)'

/** Code that brings a situation about, with a client that is configured. */
export const SITUATIONS: { [situation in Situation]: string } = {
  nobody: '',
  'with-account': `${SIGN_UP}; await skygear.auth.logout()`,
  'logged-in': SIGN_UP,
  'master-key': 'skygear.configApiKey(masterKey)',
}

interface Circumstances {
  /** Other values for the variables in scope. */
  given?: { [name: string]: string }
  /** Code that runs before the sample, unobserved. */
  before?: string
  /** Code that runs after it, observed. */
  after?: string
}

/**
 * The tests of what the guide's samples do, each against a server of its own. Pages of HTML are not
 * among them, since not every stage has pages.
 */
export function describeGuide(getStage: () => Stage): void {
  const notPlayed = new Set(guideSampleNames().filter((name) => !isPage(guideSample(name))))
  let server: TestServer
  let mailServer: MailServer

  beforeEach(async () => {
    mailServer = await startMailServer()
    server = await startTestServer({ ...mailServer.settings, RATE_LIMIT: 'off' })
  })
  afterEach(async () => {
    await server.close()
    await mailServer.stop()
  })

  function play(name: string, circumstances: Circumstances = {}): Promise<Report> {
    const { code, situation } = guideSample(name)
    notPlayed.delete(name)
    const { before = '', after = '' } = circumstances
    const configuresItself = code.includes('.config(') && situation === 'nobody'
    const configure = configuresItself ? '' : 'await skygear.config({ endPoint, apiKey })'
    return getStage().play({
      given: { endPoint: server.url, apiKey: server.apiKey, ...given, ...circumstances.given },
      setting: testAct([configure, SITUATIONS[situation], before].join('\n')),
      acts: [sampleAct(withServer(code, server)), testAct(after)],
    })
  }

  /** Another device. */
  function connect(): Promise<Client> {
    return createClient().config({ endPoint: server.url, apiKey: server.apiKey })
  }

  /** What logging in on another device says: the name, or that of the error. */
  async function logIn(loginIds: { [name: string]: string }, withPassword: string) {
    const { auth } = await connect()
    return auth.login(loginIds, withPassword).then(
      (user) => user.username ?? user.email,
      (error) => error.name,
    )
  }

  /** What the link in the mail holds for somebody who forgot the password. */
  async function askForReset(): Promise<URLSearchParams> {
    const { auth } = await connect()
    await auth.signupWithEmail(email, password)
    await auth.forgotPassword(email)
    return linkIn(await mailServer.next(email)).searchParams
  }

  /** The code that was sent to somebody who signed up on another device. */
  async function askForCode(): Promise<string> {
    const { auth } = await connect()
    await auth.signupWithEmail(email, password)
    await auth.requestVerification('email')
    const { text = '' } = await mailServer.next(email)
    return /^ {4}(\d{6})$/m.exec(text)![1]!
  }

  function expectFine({ complaints }: Report): void {
    expect(complaints).toEqual([])
  }

  describe('getting-started.md', () => {
    it('goes from nothing to a logged-in user', async () => {
      const report = await play('getting-started.md: Getting started')

      expectFine(report)
      expect(report.printed).toEqual([['Hello,', 'amy']])
      expect(report.currentUser).toMatchObject({ username: 'amy' })
      expect(await logIn({ username: 'amy' }, 'correct horse')).toBe('amy')
    })

    it('makes a client with a session of its own', async () => {
      const report = await play('getting-started.md: In Node')

      expectFine(report)
      expect(report.printed).toEqual([['amy@example.com']])
      expect(report.currentUser).toBeNull()
      expect(await logIn({ email: 'amy@example.com' }, 'correct horse')).toBe('amy@example.com')
    })

    it('begins with nobody in React Native', async () => {
      const report = await play('getting-started.md: In React Native')

      expectFine(report)
      expect(report.printed).toEqual([['Logged in:', false]])
    })

    it('finds the session of before in React Native', async () => {
      const report = await play('getting-started.md: In React Native', {
        before: `
          import AsyncStorage from '@react-native-async-storage/async-storage'
          const client = createClient({ storage: AsyncStorage })
          await client.config({ endPoint, apiKey })
          await client.auth.signupAnonymously()`,
      })

      expectFine(report)
      expect(report.printed).toEqual([['Logged in:', true]])
    })
  })

  describe('sessions.md', () => {
    const sample = 'sessions.md: How a session lives'

    it('finds the session of before at once', async () => {
      const report = await play(sample)

      expectFine(report)
      expect(report.printed).toEqual([['Welcome back,', 'amy']])
      expect(report.changes).toEqual([])
    })

    it('finds none after a log-out', async () => {
      const report = await play(sample, { before: 'await skygear.auth.logout()' })

      expect(report.printed).toEqual([['Please log in.']])
    })

    it('keeps the log-ins of named clients apart', async () => {
      const report = await play('sessions.md: Several log-ins')

      expectFine(report)
      expect(report.printed).toEqual([[true, true]])
      expect(report.currentUser).toBeNull()
    })
  })

  describe('signing-up.md', () => {
    it('signs up with a username', async () => {
      const report = await play('signing-up.md: With a username')

      expectFine(report)
      expect(report.printed).toEqual([['Signed up:', username]])
      expect(report.currentUser).toMatchObject({ username })
      expect(report.changes).toEqual([idOf(report)])
      expect(await logIn({ username }, password)).toBe(username)
    })

    it('tells that a username is taken, in any case', async () => {
      await (await connect()).auth.signupWithUsername('AMY', password)

      const report = await play('signing-up.md: With a username')

      expectFine(report)
      expect(report.printed).toEqual([['This username is taken.']])
      expect(report.currentUser).toBeNull()
    })

    it('signs up with an e-mail address', async () => {
      const report = await play('signing-up.md: With an e-mail address')

      expectFine(report)
      expect(report.printed).toEqual([['Signed up:', email]])
      expect(report.changes).toEqual([idOf(report)])
      expect(await logIn({ email }, password)).toBe(email)
    })

    it('tells that an e-mail address is taken', async () => {
      await (await connect()).auth.signupWithEmail(email, password)

      const report = await play('signing-up.md: With an e-mail address')

      expectFine(report)
      expect(report.printed).toEqual([['This address has an account.']])
    })

    it('stores more about the user', async () => {
      const report = await play('signing-up.md: With more about the user')

      expectFine(report)
      expect(report.printed).toEqual([['reading']])
      const { auth } = await connect()
      const user = await auth.loginWithEmail(email, password)
      expect(user['interest']).toBe('reading')
      expect(user['born']).toEqual(new Date('1990-05-01'))
    })

    it('signs up anonymously', async () => {
      const report = await play('signing-up.md: Anonymously', {
        after: 'console.log((await skygear.auth.whoami())._id)',
      })

      expectFine(report)
      expect(report.printed).toEqual([[expect.any(String), null], [idOf(report)]])
      expect(report.currentUser).not.toHaveProperty('username')
      expect(report.changes).toEqual([idOf(report)])
    })
  })

  describe('upgrading-anonymous.md', () => {
    const sample = 'upgrading-anonymous.md: From anonymous to permanent'

    it('makes an anonymous user permanent, and stays logged in', async () => {
      const report = await play(sample, { after: 'console.log((await skygear.auth.whoami())._id)' })

      expectFine(report)
      expect(report.printed).toEqual([['Welcome,', username], [idOf(report)]])
      expect(report.currentUser).toMatchObject({ username, email })
      expect(report.changes).toEqual([idOf(report)])
      expect(await logIn({ email }, password)).toBe(username)
    })

    it('tells that a name is taken, and leaves the user anonymous', async () => {
      await (await connect()).auth.signupWithUsername(username, newPassword)

      const report = await play(sample)

      expectFine(report)
      expect(report.printed).toEqual([['This name is taken.']])
      expect(report.currentUser).not.toHaveProperty('username')
    })
  })

  describe('logging-in.md', () => {
    it('logs in with a username', async () => {
      const report = await play('logging-in.md: With a username')

      expectFine(report)
      expect(report.printed).toEqual([['Logged in:', username]])
      expect(report.changes).toEqual([idOf(report)])
      expect(report.currentUser).toMatchObject({ username, email })
    })

    it('tells that the username or the password is wrong when the password is', async () => {
      const report = await play('logging-in.md: With a username', {
        before: "globalThis.password = 'wrong horse'",
      })

      expectFine(report)
      expect(report.printed).toEqual([['Wrong username or password.']])
      expect(report.currentUser).toBeNull()
    })

    it('tells the same when the username is unknown', async () => {
      const report = await play('logging-in.md: With a username', {
        before: "globalThis.username = 'nobody'",
      })

      expectFine(report)
      expect(report.printed).toEqual([['Wrong username or password.']])
    })

    it('logs in with an e-mail address', async () => {
      const report = await play('logging-in.md: With an e-mail address')

      expectFine(report)
      expect(report.printed).toEqual([['Logged in:', email]])
      expect(report.currentUser).toMatchObject({ username, email })
    })

    it('tells that the address or the password is wrong when the password is', async () => {
      const report = await play('logging-in.md: With an e-mail address', {
        before: "globalThis.password = 'wrong horse'",
      })

      expectFine(report)
      expect(report.printed).toEqual([['Wrong address or password.']])
      expect(report.currentUser).toBeNull()
    })

    it('tells the same when the address is unknown', async () => {
      const report = await play('logging-in.md: With an e-mail address', {
        before: "globalThis.email = 'nobody@example.com'",
      })

      expectFine(report)
      expect(report.printed).toEqual([['Wrong address or password.']])
    })
  })

  describe('logging-out.md', () => {
    const sample = 'logging-out.md: Logging out'

    it('ends the session here and on the server', async () => {
      const report = await play(sample, { before: STEAL_TOKEN, after: printWho('thief') })

      expectFine(report)
      expect(report.printed).toEqual([['Logged out'], [104]])
      expect(report.changes).toEqual([null])
      expect(report.currentUser).toBeNull()
    })

    it('ends the session here when the server cannot be told', async () => {
      const report = await play(sample, { before: UNPLUG })

      expect(report.complaints).toMatchObject([[expect.any(String), { name: 'NetworkError' }]])
      expect(report.changes).toEqual([null])
      expect(report.currentUser).toBeNull()
    })
  })

  describe('current-user.md', () => {
    it('knows the current user at once', async () => {
      const report = await play('current-user.md: At once')

      expectFine(report)
      expect(report.printed).toEqual([['Logged in as', username]])
    })

    it('knows that nobody is logged in', async () => {
      const report = await play('current-user.md: At once', {
        before: 'await skygear.auth.logout()',
      })

      expect(report.printed).toEqual([['Nobody is logged in.']])
    })

    it('asks the server for the user as changed elsewhere', async () => {
      const report = await play('current-user.md: Fresh from the server', {
        before: onAnotherDevice(`
          other.auth.currentUser.username = 'amelia'
          await other.publicDB.save(other.auth.currentUser)`),
      })

      expectFine(report)
      expect(report.printed).toEqual([['I am amelia.']])
      expect(report.currentUser).toMatchObject({ username: 'amelia' })
      expect(report.changes).toEqual([])
    })
  })

  describe('user-changes.md', () => {
    it('notices sign-up, log-out and a session that has ended', async () => {
      const report = await play('user-changes.md: Noticing log-in and log-out', {
        after: `
          ${SIGN_UP}
          await skygear.auth.whoami()
          await skygear.auth.logout()
          await skygear.auth.loginWithUsername(username, password)
          ${onAnotherDevice('await other.auth.changePassword(password, newPassword, true)')}
          ${printWho('skygear')}`,
      })

      const loggedIn = ['Logged in or signed up:', report.changes[0]]
      const loggedOut = ['Logged out, or the session has ended']
      expectFine(report)
      expect(report.printed).toEqual([loggedIn, loggedOut, loggedIn, loggedOut, [104]])
      expect(report.currentUser).toBeNull()
    })

    it('shows who is logged in from the start', async () => {
      const report = await play('user-changes.md: Showing who is logged in, from the start', {
        after: 'await skygear.auth.logout()',
      })

      expectFine(report)
      expect(report.printed).toEqual([['Hello, amy'], ['Hello, stranger']])
    })

    it('tells the whole state, now and later', async () => {
      const report = await play('user-changes.md: The whole state', {
        after: 'await skygear.auth.logout()',
      })

      expectFine(report)
      expect(report.printed).toEqual([
        ['Hello,', username],
        ['Goodbye:', 'loggedOut', 'local'],
      ])
    })

    it('hears nothing after cancel', async () => {
      const report = await play('user-changes.md: No longer listening', { after: SIGN_UP })

      expectFine(report)
      expect(report.printed).toEqual([])
      expect(report.changes).toHaveLength(1)
    })
  })

  describe('changing-names.md', () => {
    it('changes the username, which is then the one to log in with', async () => {
      const report = await play('changing-names.md: The username', { after: RELOAD })

      expectFine(report)
      expect(report.printed).toEqual([['New username:', 'new-username']])
      expect(report.currentUser).toMatchObject({ username: 'new-username', email })
      expect(report.changes).toEqual([])
      expect(await logIn({ username: 'new-username' }, password)).toBe('new-username')
      expect(await logIn({ username }, password)).toBe('ResourceNotFound')
    })

    it('changes the e-mail address, which is then the one to log in with', async () => {
      const report = await play('changing-names.md: The e-mail address', { after: RELOAD })

      expectFine(report)
      expect(report.printed).toEqual([['New address:', 'new-email@example.com']])
      expect(report.currentUser).toMatchObject({ username, email: 'new-email@example.com' })
      expect(await logIn({ email: 'new-email@example.com' }, password)).toBe(username)
      expect(await logIn({ email }, password)).toBe('ResourceNotFound')
    })

    it('changes both, and other fields', async () => {
      const report = await play('changing-names.md: Both, and anything else', { after: RELOAD })

      const names = { username: 'new-username', email: 'new-email@example.com' }
      expectFine(report)
      expect(report.printed).toEqual([])
      expect(report.currentUser).toMatchObject({ ...names, interest: 'writing' })
      expect(await logIn({ email: names.email }, password)).toBe(names.username)
      expect(await logIn({ username }, password)).toBe('ResourceNotFound')
    })

    it('changes nothing when a name is taken', async () => {
      await (await connect()).auth.signupWithUsername('new-username', password)

      const report = await play('changing-names.md: Both, and anything else', { after: RELOAD })

      expectFine(report)
      expect(report.printed).toEqual([['The username or the address is taken.']])
      expect(report.currentUser).toMatchObject({ username, email })
      expect(report.currentUser).not.toHaveProperty('interest')
      expect(await logIn({ email }, password)).toBe(username)
    })
  })

  describe('changing-password.md', () => {
    const sample = 'changing-password.md: Changing the password'

    it('changes the password and stays logged in', async () => {
      const report = await play(sample, { after: printWho('skygear') })

      expectFine(report)
      expect(report.printed).toEqual([['The password is changed.'], [username]])
      expect(report.changes).toEqual([])
      expect(await logIn({ username }, newPassword)).toBe(username)
      expect(await logIn({ username }, password)).toBe('InvalidCredentials')
    })

    it('tells that the current password is wrong', async () => {
      const report = await play(sample, { given: { currentPassword: 'wrong horse' } })

      expectFine(report)
      expect(report.printed).toEqual([['The current password is wrong.']])
      expect(await logIn({ username }, password)).toBe(username)
    })

    it('tells that the new password is refused', async () => {
      const report = await play(sample, { given: { newPassword: 'short' } })

      expectFine(report)
      expect(report.printed).toEqual([['Please choose another password.']])
    })
  })

  describe('ending-sessions.md', () => {
    it('shows where the user is logged in', async () => {
      const report = await play('ending-sessions.md: Where one is logged in', {
        before: onAnotherDevice(''),
      })

      expectFine(report)
      const kinds = report.printed.map(([kind]) => kind)
      expect(new Set(kinds)).toEqual(new Set(['Elsewhere:', 'This device:']))
    })

    it('ends all other sessions', async () => {
      const report = await play('ending-sessions.md: Everywhere but here', {
        before: onAnotherDevice('globalThis.tablet = other'),
        after: [printWho('skygear'), printWho('tablet')].join('\n'),
      })

      expectFine(report)
      expect(report.printed).toEqual([['Still logged in here:', username], [username], [104]])
      expect(report.changes).toEqual([])
    })

    it('logs out everywhere', async () => {
      const report = await play('ending-sessions.md: Everywhere', {
        before: onAnotherDevice('globalThis.tablet = other'),
        after: printWho('tablet'),
      })

      expectFine(report)
      expect(report.printed).toEqual([['Logged out on all devices'], [104]])
      expect(report.changes).toEqual([null])
      expect(report.currentUser).toBeNull()
    })

    it('logs out all other devices, and stays logged in', async () => {
      const report = await play('ending-sessions.md: With a new password', {
        before: onAnotherDevice('globalThis.tablet = other') + STEAL_TOKEN,
        after: [printWho('skygear'), printWho('tablet'), printWho('thief')].join('\n'),
      })

      expectFine(report)
      expect(report.printed).toEqual([[expect.any(String), username], [username], [104], [104]])
      expect(report.changes).toEqual([])
      expect(await logIn({ username }, newPassword)).toBe(username)
    })
  })

  describe('forgot-password.md', () => {
    const reset = 'forgot-password.md: On a page of your own'

    it('has a mail sent', async () => {
      const report = await play('forgot-password.md: Forgotten passwords')

      expectFine(report)
      expect(report.printed).toEqual([['If this address has an account, mail is on its way.']])
      expect((await mailServer.next(email)).subject).toContain('Set a new password')
    })

    it('sets a new password with what the link holds', async () => {
      const report = await play(reset, { before: openPageWith(await askForReset()) })

      expectFine(report)
      expect(report.printed).toEqual([['The password is set. Please log in.']])
      expect(report.currentUser).toBeNull()
      expect(await logIn({ email }, newPassword)).toBe(email)
      expect(await logIn({ email }, password)).toBe('InvalidCredentials')
    })

    it('tells that the link no longer works', async () => {
      const link = await askForReset()
      link.set('code', 'wrong')

      const report = await play(reset, { before: openPageWith(link) })

      expectFine(report)
      expect(report.printed).toEqual([['This link no longer works. Please ask for a new one.']])
    })

    it('tells that the new password is refused', async () => {
      const report = await play(reset, {
        given: { newPassword: 'short' },
        before: openPageWith(await askForReset()),
      })

      expectFine(report)
      expect(report.printed).toEqual([['Please choose another password.']])
    })
  })

  describe('verification.md', () => {
    const take = 'verification.md: Taking the code'

    it('has a code sent', async () => {
      const report = await play('verification.md: Sending the code')

      expectFine(report)
      expect(report.printed).toEqual([['A code has been sent.']])
      expect((await mailServer.next(email)).text).toMatch(/^ {4}\d{6}$/m)
    })

    it('takes the code, and knows the user as verified', async () => {
      const code = await askForCode()

      const report = await play(take, { given: { code }, before: LOG_IN })

      expectFine(report)
      expect(report.printed).toEqual([['Verified:', true]])
      expect(report.currentUser).toMatchObject({ email_verified: true, is_verified: true })
    })

    it('tells that a code is wrong', async () => {
      await askForCode()

      const report = await play(take, { given: { code: 'wrong' }, before: LOG_IN })

      expectFine(report)
      expect(report.printed).toEqual([['This is not the code, or no longer.']])
    })
  })

  describe('records.md', () => {
    const title = 'Buy milk'

    it('saves a record', async () => {
      const report = await play('records.md: Saving data')

      expectFine(report)
      expect(report.printed).toEqual([['Saved:', title, expect.any(String)]])
      const [note] = await notes()
      expect(note).toMatchObject({ title, stars: 3, due: new Date('2030-02-01') })
      expect(note!.ownerID).toBe(idOf(report))
    })

    it('finds records by what is in them, in order', async () => {
      const report = await play('records.md: Finding records', {
        before: `
          const Note = skygear.Record.extend('note')
          const note = (title, stars, due, done = false) =>
            new Note({ title, stars, due: new Date(due), done })
          await skygear.publicDB.save([
            note('second', 5, '2030-02-02'),
            note('first', 2, '2030-01-01'),
            note('done', 5, '2030-01-01', true),
            note('dull', 1, '2030-01-01'),
            note('late', 5, '2030-03-01'),
          ])`,
      })

      expectFine(report)
      expect(report.printed).toEqual([['first'], ['second']])
    })

    it('finds a record by its id, and changes it', async () => {
      const report = await play('records.md: One record')

      expectFine(report)
      expect(report.printed).toEqual([['Buy oat milk']])
      const [note] = await notes()
      expect(note).toMatchObject({ title: 'Buy oat milk' })
      expect(note).not.toHaveProperty('stars')
    })

    it('tells that there is no such record', async () => {
      const report = await play('records.md: One record', {
        before: onAnotherDevice(`
          const { save } = skygear.publicDB
          skygear.publicDB.save = async (note) => {
            await save.call(skygear.publicDB, note)
            await other.publicDB.delete(note)
            return note
          }`),
      })

      expectFine(report)
      expect(report.printed).toEqual([['There is no such note, or it is not yours to see.']])
    })

    it('deletes records', async () => {
      const report = await play('records.md: Deleting', {
        before: `await skygear.publicDB.save(new skygear.Record('note', { title: 'Stay' }))`,
      })

      expectFine(report)
      expect(report.printed).toEqual([['Deleted']])
      expect((await notes()).map(({ title }) => title)).toEqual(['Stay'])
    })

    it('keeps private records from others', async () => {
      const report = await play('records.md: For the user alone')

      expectFine(report)
      expect(report.printed).toEqual([['A quiet day.']])
      const other = await connect()
      await other.auth.signupAnonymously()
      const Entry = other.Record.extend('diary')
      expect(await other.privateDB.query(new other.Query(Entry))).toHaveLength(0)
      expect(await other.publicDB.query(new other.Query(Entry))).toHaveLength(0)
    })

    it('shares a record with those whom its access list names', async () => {
      const [friend, stranger] = [await connect(), await connect()]
      const { _id: friendId } = await friend.auth.signupAnonymously()
      await stranger.auth.signupAnonymously()

      const report = await play('records.md: Who may see and change it', { given: { friendId } })

      expectFine(report)
      const [note] = await notes(friend)
      note!['title'] = 'Party on Saturday'
      await friend.publicDB.save(note!)
      expect(await notes(stranger)).toHaveLength(0)
      await expect(stranger.publicDB.delete(note!)).rejects.toMatchObject({
        name: 'PermissionDenied',
      })
    })

    it('gives new records an access list from the start', async () => {
      const report = await play('records.md: From the start', {
        after: `${SIGN_UP}; await skygear.publicDB.save(new skygear.Record('note', { title: 1 }))`,
      })

      expectFine(report)
      expect(report.printed).toEqual([[false]])
      const other = await connect()
      await other.auth.signupAnonymously()
      const [note] = await notes(other)
      await expect(other.publicDB.save(note!)).rejects.toMatchObject({ name: 'PermissionDenied' })
    })

    /** The notes that somebody, or anybody, can see. */
    async function notes(client?: Client) {
      const { publicDB, Query, Record } = client ?? (await connect())
      return publicDB.query(new Query(Record.extend('note')))
    }
  })

  describe('errors.md', () => {
    const sample = 'errors.md: Errors'
    const offlineSample = 'errors.md: Without a network'
    const refusalSample = 'errors.md: A password that is refused'

    it('tells a refusal', async () => {
      const report = await play(sample, { before: "globalThis.password = 'wrong horse'" })

      expect(report.printed).toEqual([['Wrong username or password.']])
    })

    it('tells that there is no network', async () => {
      const report = await play(sample, { before: UNPLUG })

      expect(report.printed).toEqual([['No connection. Please try again.']])
    })

    it('tells any other failure', async () => {
      const report = await play(sample, { before: "skygear.apiKey = 'wrong'" })

      const failure = ['AccessKeyNotAccepted', expect.any(String)]
      expect(report.printed).toEqual([['Something went wrong:', ...failure]])
    })

    it.each([
      ['short', 'horse', 'Please use at least 8 characters.'],
      ['long', 'x'.repeat(257), 'Please use at most 256 characters.'],
      ['common', 'password', 'This password is easy to guess. Please choose another one.'],
    ])('tells that a password is too %s', async (_, refused, sentence) => {
      const report = await play(refusalSample, { given: { password: refused } })

      expectFine(report)
      expect(report.printed).toEqual([[sentence]])
      expect(report.currentUser).toBeNull()
    })

    it('has a sentence for rules that it does not know', async () => {
      await server.close()
      server = await startTestServer({ RATE_LIMIT: 'off', USER_AUDIT_PW_DIGIT_REQUIRED: 'yes' })

      const report = await play(refusalSample)

      expectFine(report)
      expect(report.printed).toEqual([['This password cannot be used. Please choose another one.']])
    })

    it('asks the server with a network', async () => {
      const report = await play(offlineSample)

      expect(report.printed).toEqual([['Up to date']])
    })

    it('keeps the user logged in without one', async () => {
      const report = await play(offlineSample, { before: UNPLUG })

      expectFine(report)
      expect(report.printed).toEqual([['Offline, still logged in as', username]])
      expect(report.currentUser).toMatchObject({ username })
      expect(report.changes).toEqual([])
    })
  })

  describe('migrating.md', () => {
    it('configures the server as SDK 1.x was configured', async () => {
      const report = await play('migrating.md: Migrating')

      expectFine(report)
      expect(report.printed).toEqual([['Configured:', `${server.url}/`]])
    })

    it('saves and queries records as SDK 1.x did', async () => {
      const report = await play('migrating.md: From SDK 1.x to 2')

      expectFine(report)
      expect(report.printed).toEqual([['Hello']])
    })
  })

  it('leaves no sample out', () => {
    expect([...notPlayed]).toEqual([])
  })
}

/** The sample with the server's address and key in the place of those that it shows. */
export function withServer(code: string, server: TestServer): string {
  return code
    .replaceAll('http://127.0.0.1:3000', server.url)
    .replaceAll('YOUR_API_KEY', server.apiKey)
}

/** Whether a sample is HTML, which only a browser can run. */
export function isPage({ language }: Sample): boolean {
  return language === 'html'
}

/** Code that gives the page, or Node in its place, an address with these parameters. */
function openPageWith(parameters: URLSearchParams): string {
  return `
    const search = ${JSON.stringify(`?${parameters}`)}
    if (globalThis.history) history.replaceState(null, '', search)
    else globalThis.location = { search }`
}

function idOf({ currentUser }: Report): string {
  return String(currentUser?.['_id']).replace('user/', '')
}
