import assert from 'node:assert/strict'
import type { TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Client, createClient } from '../../packages/skygear/src/index.ts'
import {
  onAnotherDevice,
  printWho,
  type Report,
  SIGN_UP,
  STEAL_TOKEN,
  type Stage,
  testAct,
  testActBesideScripts,
  UNPLUG,
} from './scene.ts'

/** One sample in one situation, and what has to come of it. */
export interface Trial {
  /** Its place in the guide, from 1. */
  sample: number
  title: string
  tokenStore?: 'jwt'
  /** Code before the sample, unobserved. */
  before?: string
  /** Code after it, observed. */
  after?: string
  /** The sample with something left out, where the whole of it could not show what it does. */
  edit?: (code: string) => string
  check: (report: Report, connect: () => Promise<Client>) => void | Promise<void>
}

const username = 'amy'
const email = 'amy@example.com'
const password = 'correct horse'
const newPassword = 'battery staple'
const given = { username, email, password, currentPassword: password, newPassword }

const Duplicated = 109
const InvalidCredentials = 105
const ResourceNotFound = 110

const OTHER_SIGNS_UP = `
  const { auth } = await createClient().config({
    endPoint, apiKey, storage: createMemoryStorage(),
  })
  await auth.signup({ username, email }, password)`

/** What the guide promises for each of its samples, and for each error that a sample handles. */
export const trials: Trial[] = [
  {
    sample: 1,
    title: 'signs up with a username, and logs in',
    async check(report, connect) {
      assertPrinted(report, [{ username }], [username])
      assertLoggedIn(report, { username })
      await assertLogsIn(connect, { username }, password)
    },
  },
  {
    sample: 1,
    title: 'gives Duplicated for a username that exists',
    before: OTHER_SIGNS_UP,
    check: (report) => assertRefused(report, Duplicated),
  },
  {
    sample: 2,
    title: 'signs up with an email, and logs in',
    async check(report, connect) {
      assertPrinted(report, [{ email }], [email])
      assertLoggedIn(report, { email })
      await assertLogsIn(connect, { email }, password)
    },
  },
  {
    sample: 2,
    title: 'gives Duplicated for an email that exists',
    before: OTHER_SIGNS_UP,
    check: (report) => assertRefused(report, Duplicated),
  },
  {
    sample: 3,
    title: 'puts other data into the user record',
    async check(report, connect) {
      assertPrinted(report, ['reading'])
      assertLoggedIn(report, { email, interest: 'reading' })
      const { auth } = await connect()
      assert.equal((await auth.loginWithEmail(email, password))['interest'], 'reading')
    },
  },
  {
    sample: 4,
    title: 'signs up anonymously',
    after: 'console.log((await skygear.auth.whoami()).id)',
    check(report) {
      const { currentUser } = report
      const id = currentUser?.['_id']
      assertPrinted(report, [{ _id: id }], [id])
      assertLoggedIn(report, {})
      assert.ok(currentUser && !('username' in currentUser) && !('email' in currentUser))
    },
  },
  {
    sample: 5,
    title: 'logs in with a username',
    before: `${SIGN_UP}; await skygear.auth.logout()`,
    check(report) {
      assertPrinted(report, [{ username, email }])
      assertLoggedIn(report, { username, email })
    },
  },
  {
    sample: 5,
    title: 'gives InvalidCredentials for a wrong password',
    before: `${OTHER_SIGNS_UP}; globalThis.password = 'wrong horse'`,
    check: (report) => assertRefused(report, InvalidCredentials),
  },
  {
    sample: 5,
    title: 'gives ResourceNotFound for an unknown username',
    check: (report) => assertRefused(report, ResourceNotFound),
  },
  {
    sample: 6,
    title: 'logs in with an email',
    before: `${SIGN_UP}; await skygear.auth.logout()`,
    check(report) {
      assertPrinted(report, [{ username, email }])
      assertLoggedIn(report, { username, email })
    },
  },
  {
    sample: 6,
    title: 'gives InvalidCredentials for a wrong password',
    before: `${OTHER_SIGNS_UP}; globalThis.password = 'wrong horse'`,
    check: (report) => assertRefused(report, InvalidCredentials),
  },
  {
    sample: 6,
    title: 'gives ResourceNotFound for an unknown email',
    check: (report) => assertRefused(report, ResourceNotFound),
  },
  {
    sample: 7,
    title: 'logs out here and on the server, and clears the storage',
    before: SIGN_UP + STEAL_TOKEN,
    after: `
      ${printWho('thief')}
      console.log({ ...globalThis.localStorage })`,
    check(report) {
      assertPrinted(report, ['logout successfully'], [104], [{}])
      assert.deepEqual(report.changes, [null])
      assert.equal(report.currentUser, null)
    },
  },
  {
    sample: 8,
    title: 'gives the current user',
    before: SIGN_UP,
    after: 'console.log(user)',
    check: (report) => assertPrinted(report, [{ username, email }]),
  },
  {
    sample: 8,
    title: 'gives null when nobody is logged in',
    after: 'console.log(user)',
    check: (report) => assertPrinted(report, [null]),
  },
  {
    sample: 9,
    title: 'asks for the user as changed elsewhere',
    before:
      `${SIGN_UP}\n` +
      onAnotherDevice(`
        other.auth.currentUser.username = 'amelia'
        await other.publicDB.save(other.auth.currentUser)`),
    check(report) {
      assertPrinted(report, ['Oh. I am amelia.'])
      assert.equal(report.currentUser?.['username'], 'amelia')
      assert.deepEqual(report.changes, [])
    },
  },
  {
    sample: 10,
    title: 'hears nothing, since it cancels at once',
    after: `${SIGN_UP}; await skygear.auth.logout()`,
    check(report) {
      assertPrinted(report)
      assert.equal(report.changes.length, 2)
    },
  },
  {
    sample: 10,
    title: 'without the line that cancels, hears sign-up, log-in, log-out and a dead token',
    edit: (code) => code.replace(/^handler\.cancel.*$/m, ''),
    after: `
      ${SIGN_UP}
      await skygear.auth.logout()
      await skygear.auth.loginWithUsername(username, password)
      ${onAnotherDevice('await other.auth.changePassword(password, newPassword, true)')}
      ${printWho('skygear')}`,
    check(report) {
      const [loggedIn, loggedOut] = [
        ['user logged in or signed up'],
        ['user logged out or the access token expired'],
      ]
      assertPrinted(report, loggedIn, loggedOut, loggedIn, loggedOut, [104])
    },
  },
  {
    sample: 11,
    title: 'changes the username, and refreshes the current user',
    before: SIGN_UP,
    after: 'await skygear.config({}); console.log(skygear.auth.currentUser)',
    async check(report, connect) {
      const names = { username: 'new-username', email }
      assertPrinted(report, [names], ['Username is changed to: ', 'new-username'], [names])
      assert.deepEqual(report.changes, [])
      await assertLogsIn(connect, { username: 'new-username' }, password)
      await assertRejects(connect, { username }, password, ResourceNotFound)
    },
  },
  {
    sample: 12,
    title: 'changes the email, and refreshes the current user',
    before: SIGN_UP,
    after: 'await skygear.config({}); console.log(skygear.auth.currentUser)',
    async check(report, connect) {
      const names = { username, email: 'new-email@example.com' }
      assertPrinted(report, [names], ['Email is changed to: ', names.email], [names])
      await assertLogsIn(connect, { email: names.email }, password)
      await assertRejects(connect, { email }, password, ResourceNotFound)
    },
  },
  {
    sample: 13,
    title: 'changes both, and leaves what is stored of the current user',
    before: SIGN_UP,
    after: 'await skygear.config({}); console.log(skygear.auth.currentUser)',
    async check(report, connect) {
      const names = { username: 'new-username', email: 'new-email@example.com' }
      assertPrinted(report, [names], [{ username, email }])
      await assertLogsIn(connect, { username: names.username }, password)
      await assertLogsIn(connect, { email: names.email }, password)
      await assertRejects(connect, { username }, password, ResourceNotFound)
      await assertRejects(connect, { email }, password, ResourceNotFound)
    },
  },
  {
    sample: 13,
    title: 'gives Duplicated for a username that exists',
    before: `${OTHER_SIGNS_UP.replace('{ username, email }', "{ username: 'new-username' }")}
      ${SIGN_UP}`,
    check(report) {
      assertPrinted(report)
      assertComplaint(report, Duplicated)
    },
  },
  {
    sample: 14,
    title: 'changes the password, and tells no listener',
    before: SIGN_UP,
    after: printWho('skygear'),
    async check(report, connect) {
      assertPrinted(report, [{ username, email }], ['Password has been changed'], [username])
      assert.deepEqual(report.changes, [])
      await assertLogsIn(connect, { username }, newPassword)
      await assertRejects(connect, { username }, password, InvalidCredentials)
    },
  },
  {
    sample: 14,
    title: 'gives InvalidCredentials for a wrong current password',
    before: `${SIGN_UP}; globalThis.currentPassword = 'wrong horse'`,
    async check(report, connect) {
      assertPrinted(report)
      assertComplaint(report, InvalidCredentials)
      await assertLogsIn(connect, { username }, password)
    },
  },
  {
    sample: 14,
    title: 'fails without a network, and keeps the user logged in',
    before: `${SIGN_UP}; ${UNPLUG}`,
    check(report) {
      assertPrinted(report)
      assertComplaint(report, undefined)
      assert.equal(report.currentUser?.['username'], username)
      assert.deepEqual(report.changes, [])
    },
  },
  {
    sample: 14,
    title: 'with the JWT token store, ends every other access token',
    tokenStore: 'jwt',
    before: [SIGN_UP, onAnotherDevice('globalThis.tablet = other'), STEAL_TOKEN].join('\n'),
    after: [printWho('skygear'), printWho('tablet'), printWho('thief')].join('\n'),
    check(report) {
      const done = [[{ username, email }], ['Password has been changed']]
      assertPrinted(report, ...done, [username], [104], [104])
    },
  },
  {
    sample: 15,
    title: 'ends every other access token, and gives this client a new one',
    before: [SIGN_UP, onAnotherDevice('globalThis.tablet = other'), STEAL_TOKEN].join('\n'),
    after: [
      printWho('skygear'),
      printWho('tablet'),
      printWho('thief'),
      'console.log(invalidate)',
    ].join('\n'),
    async check(report, connect) {
      const done = [[{ username, email }], ['The user has got a new access token']]
      assertPrinted(report, ...done, [username], [104], [104], [true])
      assert.deepEqual(report.changes, [])
      await assertLogsIn(connect, { username }, newPassword)
      await assertRejects(connect, { username }, password, InvalidCredentials)
    },
  },
]

/** Where and on what to try a trial. */
interface Surroundings {
  code: string
  stage: Stage
  server: TestServer
}

/** Plays a trial. @throws AssertionError when something else came of it */
export async function checkTrial(trial: Trial, { code, stage, server }: Surroundings) {
  // Those without an import line use the client of a script element, and one is no strict code.
  const isModule = /^import /m.test(code)
  const act = isModule ? testAct : testActBesideScripts
  const report = await stage.play({
    given: { endPoint: server.url, apiKey: server.apiKey, ...given },
    setting: act(`await skygear.config({ endPoint, apiKey })\n${trial.before ?? ''}`),
    acts: [
      { kind: isModule ? 'module' : 'script', code: trial.edit?.(code) ?? code },
      act(trial.after ?? ''),
    ],
  })
  const connect = () => createClient().config({ endPoint: server.url, apiKey: server.apiKey })
  await trial.check(report, connect)
}

/** Objects are compared by the members that are expected. */
function assertPrinted({ printed }: Report, ...expected: unknown[][]): void {
  const actual = printed.map((line, at) =>
    line.map((value, place) => reduce(value, expected[at]?.[place])),
  )
  assert.deepEqual(actual, expected)
}

function reduce(value: unknown, expected: unknown): unknown {
  if (typeof value !== 'object' || typeof expected !== 'object' || !value || !expected) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name in expected))
}

function assertLoggedIn({ complaints, currentUser, changes }: Report, names: object): void {
  assert.deepEqual(complaints, [])
  assert.deepEqual(reduce(currentUser, names), names)
  assert.deepEqual(changes, [String(currentUser?.['_id']).replace('user/', '')])
}

/** Nothing but an error was printed, and nobody is logged in. */
function assertRefused(report: Report, code: number): void {
  assertPrinted(report)
  assertComplaint(report, code)
  assert.equal(report.currentUser, null)
  assert.deepEqual(report.changes, [])
}

function assertComplaint({ complaints }: Report, code: number | undefined): void {
  assert.equal(complaints.length, 1)
  const [error] = complaints[0] as [{ code?: number; error?: { code?: number } }]
  assert.deepEqual([error.code, error.error?.code], [code, code])
}

async function assertLogsIn(
  connect: () => Promise<Client>,
  loginIds: { [name: string]: string },
  withPassword: string,
): Promise<void> {
  await (await connect()).auth.login(loginIds, withPassword)
}

async function assertRejects(
  connect: () => Promise<Client>,
  loginIds: { [name: string]: string },
  withPassword: string,
  code: number,
): Promise<void> {
  const { auth } = await connect()
  await assert.rejects(auth.login(loginIds, withPassword), { code })
}
