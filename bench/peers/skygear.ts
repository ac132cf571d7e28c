import { randomBytes, randomUUID } from 'node:crypto'
import { hashToken } from '../../packages/server/src/security/access-token.ts'
import { sdkHeaders } from '../harness/http-client.ts'
import { PASSWORD } from '../harness/seed.ts'
import { API_KEY } from '../harness/server-process.ts'
import type { Call } from '../harness/wrk.ts'
import { copiedEmail, type Product } from './product.ts'

/** Ours. */
export const skygear: Product = {
  signUp: (url, email) => action(url, 'auth:signup', { auth_data: { email }, password: PASSWORD }),
  logIn: (url, email) => action(url, 'auth:login', { auth_data: { email }, password: PASSWORD }),
  check: (url, { token }) => action(url, 'me', { access_token: token }),
  update(url, { token, userId }, nickname) {
    const record = { _id: `user/${userId}`, _type: 'record', nickname }
    const body = { access_token: token, database_id: '_public', records: [record] }
    return action(url, 'record:save', body)
  },
  logOut: (url, { token }) => action(url, 'auth:logout', { access_token: token }),

  sessionOf({ body }, email) {
    const { result } = body as { result: { user_id: string; access_token: string } }
    return { email, userId: result.user_id, token: result.access_token }
  },

  async copyUser(tables, { userId, email, token }, count) {
    const account = await tables.find('account', 'id', userId)
    const record = await tables.find('record', 'key', userId)
    const loginId = await tables.find('login_id', 'user_id', userId)
    const session = await tables.find('session', 'token_hash', hashToken(token))
    const copies = Array.from({ length: count }, (_, n) => ({
      ...newSession(),
      email: copiedEmail(n),
    }))
    const rowOf = (row: object, change: (copy: (typeof copies)[number]) => object) =>
      copies.map((copy) => ({ ...row, ...change(copy) }))
    await tables.insert(
      'account',
      rowOf(account, (copy) => ({ id: copy.userId })),
    )
    await tables.insert(
      'record',
      rowOf(record, (copy) => ({
        key: copy.userId,
        owner_id: copy.userId,
        created_by: copy.userId,
        updated_by: copy.userId,
        fields: String(record['fields']).replace(email, copy.email),
      })),
    )
    await tables.insert(
      'login_id',
      rowOf(loginId, (copy) => ({ canonical: copy.email, user_id: copy.userId })),
    )
    await tables.insert(
      'session',
      rowOf(session, (copy) => ({ token_hash: hashToken(copy.token), user_id: copy.userId })),
    )
    return copies
  },

  async openSessions(tables, sessions, count) {
    const row = await tables.find('session', 'token_hash', hashToken(sessions[0]!.token))
    const opened = Array.from({ length: count }, (_, n) => {
      return { ...sessions[n % sessions.length]!, token: newSession().token }
    })
    const rows = opened.map(({ token, userId }) => {
      return { ...row, token_hash: hashToken(token), user_id: userId }
    })
    await tables.insert('session', rows)
    return opened
  },
}

function newSession(): { userId: string; token: string } {
  return { userId: randomUUID(), token: randomBytes(32).toString('base64url') }
}

function action(url: string, name: string, input: Record<string, unknown>): Call {
  const token = input['access_token']
  return {
    method: 'POST',
    url: `${url}/${name.replaceAll(':', '/')}`,
    headers: sdkHeaders(typeof token === 'string' ? token : undefined),
    body: { action: name, api_key: API_KEY, ...input },
  }
}
