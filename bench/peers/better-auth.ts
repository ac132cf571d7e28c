import { createHmac, randomBytes } from 'node:crypto'
import { PASSWORD } from '../harness/seed.ts'
import type { Row, Tables } from '../harness/tables.ts'
import type { Call } from '../harness/wrk.ts'
import { copiedEmail, type Product, type Session } from './product.ts'

/** The server signs its cookies with it. */
export const SECRET = 'bench-better-auth-secret-0123456789abcdef'

const COOKIE = 'better-auth.session_token'

export const betterAuth: Product = {
  signUp: (url, email) =>
    post(url, 'sign-up/email', { name: 'Ann', email, password: PASSWORD }, undefined),
  logIn: (url, email) => post(url, 'sign-in/email', { email, password: PASSWORD }, undefined),
  check: (url, session) => ({
    method: 'GET',
    url: `${url}/api/auth/get-session`,
    headers: headersOf(url, session),
  }),
  update: (url, session, name) => post(url, 'update-user', { name }, session),
  logOut: (url, session) => post(url, 'sign-out', {}, session),

  sessionOf({ body }, email) {
    const { token, user } = body as { token: string; user: { id: string } }
    return { email, userId: user.id, token }
  },

  async copyUser(tables, { userId, email, token }, count) {
    const user = await tables.find('user', 'email', email)
    const account = await tables.find('account', 'userId', userId)
    const session = await tables.find('session', 'token', token)
    const copies = Array.from({ length: count }, (_, n) => {
      return { email: copiedEmail(n), userId: newId(), token: newId() }
    })
    await tables.insert(
      'user',
      copies.map((copy) => ({ ...user, id: copy.userId, email: copy.email })),
    )
    await tables.insert(
      'account',
      copies.map((copy) => {
        return { ...account, id: newId(), accountId: copy.userId, userId: copy.userId }
      }),
    )
    await insertSessions(tables, session, copies)
    return copies
  },

  async openSessions(tables, sessions, count) {
    const session = await tables.find('session', 'token', sessions[0]!.token)
    const opened = Array.from({ length: count }, (_, n) => {
      return { ...sessions[n % sessions.length]!, token: newId() }
    })
    await insertSessions(tables, session, opened)
    return opened
  },
}

function insertSessions(tables: Tables, row: Row, sessions: Session[]): Promise<void> {
  const rows = sessions.map(({ token, userId }) => ({ ...row, id: newId(), token, userId }))
  return tables.insert('session', rows)
}

/** As long as the product's own. */
function newId(): string {
  return randomBytes(24).toString('base64url')
}

function post(
  url: string,
  path: string,
  body: Record<string, unknown>,
  session: Session | undefined,
): Call {
  const headers = { 'Content-Type': 'application/json', ...headersOf(url, session) }
  return { method: 'POST', url: `${url}/api/auth/${path}`, headers, body }
}

function headersOf(url: string, session: Session | undefined): Record<string, string> {
  return { Accept: 'application/json', Origin: url, ...(session && { Cookie: cookieOf(session) }) }
}

function cookieOf({ token }: Session): string {
  const signature = createHmac('sha256', SECRET).update(token).digest('base64')
  return `${COOKIE}=${encodeURIComponent(`${token}.${signature}`)}`
}
