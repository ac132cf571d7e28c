import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../../packages/server/src/actions/index.ts'
import { type AuthResult, authResultOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

const DEAD = 'AccessTokenNotAccepted'
const USER_ACTIONS = actions.filter(({ access }) => access === 'user').map(({ name }) => name)
/** All that look at a token at all. */
const SESSION_ACTIONS = actions
  .filter(({ access }) => ['user', 'writer', 'reader', 'session', 'admin'].includes(access))
  .map(({ name }) => name)

let target: Target

beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.end())

describe('TK-01: a key is no session', () => {
  it.each(USER_ACTIONS)('for %s', async (action) => {
    const { apiKey, masterKey } = target

    expect(outcomeOf(await target.call(action, {}, { key: apiKey }))).toBe('NotAuthenticated')
    expect(outcomeOf(await target.call(action, {}, { key: masterKey }))).toBe('NotAuthenticated')
    const acting = { _user_id: 'somebody' }
    expect(outcomeOf(await target.call(action, acting, { key: apiKey }))).toBe('NotAuthenticated')
  })
})

it('TK-02: a log-in takes no token from the client, and adopts none that is sent', async () => {
  const { access_token: first } = await target.signUp('fixed')
  const body = {
    auth_data: { username: 'fixed' },
    password: PASSWORD,
    session_token: 'chosen-by-attacker',
    sid: 'chosen-by-attacker',
  }

  const answer = await target.call('auth:login', { ...body, access_token: first })

  const second = authResultOf(answer).access_token
  expect(second).not.toBe(first)
  expect(await outcomeOfMe('chosen-by-attacker')).toBe(DEAD)
})

describe('TK-03: a token that was logged out', () => {
  let token: string

  beforeAll(async () => {
    token = (await target.signUp()).access_token
    await target.call('auth:logout', {}, { token })
  })

  it.each(SESSION_ACTIONS)('is dead for %s', async (action) => {
    expect(outcomeOf(await target.call(action, {}, { token, key: target.apiKey }))).toBe(DEAD)
  })
})

it('TK-04: a log-out without a token is fine, with a bad one it is refused', async () => {
  expect(outcomeOf(await target.call('auth:logout'))).toBe('OK')
  expect(outcomeOf(await target.call('auth:logout', {}, { token: 'never was' }))).toBe(DEAD)
})

it('TK-05: a password change with invalidate ends every older token, of the same second too', async () => {
  const { access_token: own } = await target.signUp('changes')
  const others = await Promise.all(Array.from({ length: 3 }, () => logIn('changes', PASSWORD)))
  const body = { old_password: PASSWORD, password: `${PASSWORD}-2`, invalidate: true }

  const { access_token: next } = authResultOf(
    await target.call('auth:password', body, { token: own }),
  )

  for (const { access_token: token } of others) expect(await outcomeOfMe(token)).toBe(DEAD)
  expect(await outcomeOfMe(own)).toBe(DEAD)
  expect(await outcomeOfMe(next)).toBe('OK')
})

it('TK-06: a disabled user is kept out, and is not signed out', async () => {
  const { user_id: id, access_token: token } = await target.signUp()

  await disable(id, true)

  for (const action of USER_ACTIONS) {
    expect(outcomeOf(await target.call(action, {}, { token }))).toBe('UserDisabled')
  }
  await disable(id, false)
  expect(await outcomeOfMe(token)).toBe('OK')
})

it('TK-15: tokens and keys in the address are not looked at', async () => {
  const { access_token: token } = await target.signUp()
  const path = `/me?access_token=${token}&api_key=${target.masterKey}`

  const answer = await target.send({ path, headers: {}, body: {} })

  expect(outcomeOf(answer)).toBe('NotAuthenticated')
})

it('TK-15: me gives the same token however often it is asked, and opens no session', async () => {
  const { user_id: id, access_token: token } = await target.signUp()

  for (let i = 0; i < 50; i += 1) {
    const answer = await target.call('me', {}, { token })
    expect(authResultOf(answer).access_token).toBe(token)
  }
  const sessions = await target.server.sql('select 1 as one from session where user_id = ?', id)
  expect(sessions).toHaveLength(1)
})

it('TK-16, KY-03: nothing in the database works as a token', async () => {
  await target.signUp()
  const sessions = await target.server.sql<Record<string, unknown>>('select * from session')
  const accounts = await target.server.sql<Record<string, unknown>>('select * from account')
  const values = new Set([...sessions, ...accounts].flatMap(Object.values).map(String))

  for (const value of values) {
    const answer = await target.send({ path: '/me', headers: {}, body: { access_token: value } })
    expect(['AccessTokenNotAccepted', 'NotAuthenticated']).toContain(outcomeOf(answer))
  }
})

it('TK-17, KY-02: a token that differs in anything is another token', async () => {
  const { access_token: token } = await target.signUp()
  const other = token.startsWith('A') ? 'B' : 'A'
  const spellings = [
    token.slice(1),
    token.slice(0, -1),
    other + token.slice(1),
    `${token}=`,
    `${token} `,
    ` ${token}`,
    `${token}\n`,
    `${token}\u0000`,
    `Bearer ${token}`,
    token.toUpperCase(),
    [...token].reverse().join(''),
    token.repeat(2),
    encodeURIComponent(`${token}%`),
  ]

  for (const access_token of spellings) {
    const answer = await target.send({ path: '/me', headers: {}, body: { access_token } })
    expect(outcomeOf(answer)).toBe(DEAD)
  }
  expect(await outcomeOfMe(token)).toBe('OK')
})

it('TK-19: a token works from anywhere, since it is the bearer’s', async () => {
  const { access_token: token } = await target.signUp()
  const headers = { 'X-Skygear-Access-Token': token, 'User-Agent': 'another device' }

  expect(outcomeOf(await target.send({ path: '/me', headers, body: {} }))).toBe('OK')
})

it('IN-13: a token in the header counts before one in the body, a repeated one never', async () => {
  const { access_token: token } = await target.signUp()
  const once = { 'X-Skygear-Access-Token': token }
  const twice = { 'X-Skygear-Access-Token': [token, token] }
  const body = { access_token: 'another' }

  expect(outcomeOf(await target.send({ path: '/me', headers: once, body }))).toBe('OK')
  expect(outcomeOf(await target.send({ path: '/me', headers: twice, body: {} }))).toBe(DEAD)
})

async function outcomeOfMe(token: string): Promise<string> {
  return outcomeOf(await target.call('me', {}, { token }))
}

async function logIn(username: string, password: string): Promise<AuthResult> {
  return authResultOf(await target.call('auth:login', { auth_data: { username }, password }))
}

async function disable(id: string, disabled: boolean): Promise<void> {
  const answer = await target.call(
    'auth:disable:set',
    { auth_id: id, disabled },
    { key: target.masterKey },
  )
  expect(outcomeOf(answer)).toBe('OK')
}
