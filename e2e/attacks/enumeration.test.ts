import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../../packages/server/src/actions/index.ts'
import type { HttpAnswer } from '../send-request.ts'
import { type AuthResult, authResultOf } from '../wire.ts'
import { type Credentials, outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

/** What an attacker asks about: somebody's names, or the like of nobody. */
interface Subject {
  id: string
  username: string
  email: string
}

const CALLERS = ['nobody', 'another user', 'an anonymous user'] as const
type Caller = (typeof CALLERS)[number]

interface Row {
  body(subject: Subject): Record<string, unknown>
  /** Who is told, as apps of the original expect. */
  told?: readonly Caller[]
}

const NAMES_NOBODY = null

/** A row for each action. */
const ROWS: Record<string, Row | null> = {
  'auth:signup': {
    body: ({ username }) => ({ auth_data: { username }, password: PASSWORD }),
    told: CALLERS,
  },
  'auth:login': {
    body: ({ email }) => ({ auth_data: { email }, password: 'not the password' }),
    told: CALLERS,
  },
  'auth:logout': NAMES_NOBODY,
  'auth:password': NAMES_NOBODY,
  'auth:anonymous:upgrade': {
    body: ({ username }) => ({ auth_data: { username }, password: PASSWORD }),
    told: ['an anonymous user'],
  },
  me: NAMES_NOBODY,
  'auth:sessions': NAMES_NOBODY,
  'auth:sessions:revoke': { body: ({ id }) => ({ id }) },
  // Of whom a token speaks is signed.
  'sso:custom_token:login': NAMES_NOBODY,
  'user:forgot-password': { body: ({ email }) => ({ args: { email } }) },
  'user:reset-password': {
    body: ({ id }) => ({
      args: { user_id: id, code: 'x', expire_at: 2_000_000_000, new_password: PASSWORD },
    }),
  },
  'user:verify_request': NAMES_NOBODY,
  'user:verify_code': NAMES_NOBODY,
  'auth:reset_password': { body: ({ id }) => ({ auth_id: id, password: PASSWORD }) },
  'auth:disable:set': { body: ({ id }) => ({ auth_id: id, disabled: true }) },
  'role:get': { body: ({ id }) => ({ users: [id] }) },
  'role:assign': { body: ({ id }) => ({ roles: ['x'], users: [id] }) },
  'role:revoke': { body: ({ id }) => ({ roles: ['x'], users: [id] }) },
  'role:admin': NAMES_NOBODY,
  'role:default': NAMES_NOBODY,
  'record:save': {
    body: ({ id }) => ({ database_id: '_public', records: [{ _id: `user/${id}`, motto: 'x' }] }),
    told: ['another user', 'an anonymous user'],
  },
  // Ids cannot be guessed, and what others see of a user record is what field rules let them.
  'record:fetch': {
    body: ({ id }) => ({ database_id: '_public', ids: [`user/${id}`] }),
    told: CALLERS,
  },
  'record:query': {
    body: ({ email }) => ({
      database_id: '_public',
      record_type: 'user',
      predicate: ['eq', { $type: 'keypath', $val: 'email' }, email],
    }),
    // Friends find each other so; a rule for the field ends it.
    told: ['another user', 'an anonymous user'],
  },
  'record:delete': { body: ({ id }) => ({ database_id: '_public', ids: [`user/${id}`] }) },
  'schema:fetch': NAMES_NOBODY,
  'schema:create': NAMES_NOBODY,
  'schema:rename': NAMES_NOBODY,
  'schema:delete': NAMES_NOBODY,
  'schema:access': NAMES_NOBODY,
  'schema:default_access': NAMES_NOBODY,
  'schema:field_access:get': NAMES_NOBODY,
  'schema:field_access:update': NAMES_NOBODY,
  'user:update': { body: ({ id, email }) => ({ _id: id, email }) },
  'user:query': { body: ({ email }) => ({ emails: [email] }) },
  'device:unregister': { body: ({ id }) => ({ id }) },
  '_status:healthz': NAMES_NOBODY,
}
let target: Target
let victim: AuthResult
let unknown = 0

beforeAll(async () => {
  // Of mails that are never sent: what counts is the answer.
  const mails = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@example.com' }
  target = await startTarget({ ...mails, PUBLIC_URL: 'https://auth.example.com' })
  const names = { username: 'victim', email: 'victim@example.com' }
  victim = authResultOf(await target.call('auth:signup', { auth_data: names, password: PASSWORD }))
})
afterAll(() => target.end())

describe('EN-07: who asks for somebody learns no more than for nobody', () => {
  it('is asked of every action', () => {
    expect(Object.keys(ROWS).toSorted()).toEqual(actions.map(({ name }) => name).toSorted())
  })

  describe.each(CALLERS)('%s', (caller) => {
    it.each(rows())('$action', async ({ action, body, told = [] }) => {
      const known = { id: victim.user_id, username: 'victim', email: 'victim@example.com' }
      const token = await tokenOf(caller)

      const ofKnown = await target.call(action, body(known), token)
      const ofUnknown = await target.call(action, body(nobody()), token)

      expect(kindOf(ofKnown) !== kindOf(ofUnknown)).toBe(told.includes(caller))
    })
  })
})

/** A new one each time: asking may make a user of that name. */
function nobody(): Subject {
  unknown += 1
  const username = `nobody-${unknown}`
  return { id: randomUUID(), username, email: `${username}@example.com` }
}

/** With the key of the app in any case, as its clients send it. */
async function tokenOf(caller: Caller): Promise<Credentials> {
  if (caller === 'nobody') return {}
  const { access_token: token } =
    caller === 'another user'
      ? await target.signUp()
      : authResultOf(await target.call('auth:signup', { auth_data: {} }))
  return { token, key: target.apiKey }
}

function rows(): Array<Row & { action: string }> {
  return Object.entries(ROWS).flatMap(([action, row]) => (row ? [{ action, ...row }] : []))
}

/** What an answer tells, without the names that were asked for. */
function kindOf(answer: HttpAnswer): string {
  return `${answer.status} ${outcomeOf(answer)} ${JSON.stringify(answer.body)
    .replaceAll(/victim|nobody-\d+/g, 'NAME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')}`
}
