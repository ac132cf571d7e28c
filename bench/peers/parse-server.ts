import { randomBytes } from 'node:crypto'
import { PASSWORD } from '../harness/seed.ts'
import type { Row, Tables } from '../harness/tables.ts'
import type { Call } from '../harness/wrk.ts'
import { copiedEmail, type Product, type Session } from './product.ts'

export const APPLICATION_ID = 'bench-application'

export const parseServer: Product = {
  signUp(url, email) {
    return call('POST', url, 'users', undefined, { username: email, email, password: PASSWORD })
  },
  logIn: (url, email) => call('POST', url, 'login', undefined, { email, password: PASSWORD }),
  check: (url, session) => call('GET', url, 'users/me', session),
  update: (url, session, nickname) =>
    call('PUT', url, `users/${session.userId}`, session, { nickname }),
  logOut: (url, session) => call('POST', url, 'logout', session, {}),

  sessionOf({ body }, email) {
    const { objectId, sessionToken } = body as { objectId: string; sessionToken: string }
    return { email, userId: objectId, token: sessionToken }
  },

  async copyUser(tables, { userId, email, token }, count) {
    const user = await tables.find('_User', 'email', email)
    const session = await tables.find('_Session', 'sessionToken', token)
    const copies = Array.from({ length: count }, (_, n) => {
      return { email: copiedEmail(n), userId: newId(), token: newToken() }
    })
    await tables.insert(
      '_User',
      copies.map((copy) => ({
        ...(JSON.parse(JSON.stringify(user).replaceAll(userId, copy.userId)) as Row),
        username: copy.email,
        email: copy.email,
      })),
    )
    await insertSessions(tables, session, copies)
    return copies
  },

  async openSessions(tables, sessions, count) {
    const session = await tables.find('_Session', 'sessionToken', sessions[0]!.token)
    const opened = Array.from({ length: count }, (_, n) => {
      return { ...sessions[n % sessions.length]!, token: newToken() }
    })
    await insertSessions(tables, session, opened)
    return opened
  },
}

function insertSessions(tables: Tables, row: Row, sessions: Session[]): Promise<void> {
  const rows = sessions.map(({ token, userId }) => {
    return { ...row, objectId: newId(), sessionToken: token, user: userId }
  })
  return tables.insert('_Session', rows)
}

/** As long as the product's own. */
function newId(): string {
  return randomBytes(5).toString('hex')
}

function newToken(): string {
  return `r:${randomBytes(16).toString('hex')}`
}

function call(
  method: Call['method'],
  url: string,
  path: string,
  session: Session | undefined,
  body?: Record<string, unknown>,
): Call {
  const headers = {
    Accept: 'application/json',
    ...(body && { 'Content-Type': 'application/json' }),
    'X-Parse-Application-Id': APPLICATION_ID,
    ...(session && { 'X-Parse-Session-Token': session.token }),
  }
  return { method, url: `${url}/parse/${path}`, headers, ...(body && { body }) }
}
