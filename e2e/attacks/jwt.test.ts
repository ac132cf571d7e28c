import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authResultOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

const SECRET = 'jwt-attack-secret-0123456789abcdef'
const CUSTOM_SECRET = 'custom-attack-secret-0123456789abcdef'
const DEAD = 'AccessTokenNotAccepted'

let target: Target
let userId: string
/** A token of the server, and its parts. */
let token: string
let header: Record<string, unknown>
let claims: Record<string, unknown>

beforeAll(async () => {
  target = await startTarget({
    TOKEN_STORE: 'jwt',
    TOKEN_STORE_SECRET: SECRET,
    CUSTOM_TOKEN_SECRET: CUSTOM_SECRET,
  })
  const user = await target.signUp('amy')
  userId = user.user_id
  token = user.access_token
  const [first = '', second = ''] = token.split('.')
  header = JSON.parse(Buffer.from(first, 'base64url').toString()) as typeof header
  claims = JSON.parse(Buffer.from(second, 'base64url').toString()) as typeof claims
})
afterAll(() => target.end())

it('a token that is signed like the server’s own is good, or nothing here would mean anything', async () => {
  expect(await outcomeOfMe(token)).toBe('OK')
  expect(await outcomeOfMe(forge({}, {}))).toBe('OK')
})

const ALGORITHMS = ['none', 'None', 'NONE', 'nOnE', '', null, ['HS256'], 'RS256', 'ES256', 'EdDSA']

describe('JW-01, JW-02, JW-03: the algorithm is not the client’s to choose', () => {
  it.each(ALGORITHMS)('%j', async (alg) => {
    const signed = forge({ alg }, {})
    const [head, body] = signed.split('.')

    expect(await outcomeOfMe(signed)).toBe(DEAD)
    expect(await outcomeOfMe(`${head}.${body}.`)).toBe(DEAD)
    expect(await outcomeOfMe(`${head}.${body}`)).toBe(DEAD)
  })
})

describe('JW-04: a header that names a key or an extension changes nothing', () => {
  const HEADERS: Record<string, unknown>[] = [
    { kid: '../../dev/null' },
    { kid: "' or 1=1 --" },
    { kid: ['x'] },
    { jku: 'http://127.0.0.1:9/keys' },
    { x5u: 'http://127.0.0.1:9/cert' },
    { jwk: { kty: 'oct', k: Buffer.from('attacker').toString('base64url') } },
  ]

  it.each(HEADERS)('%j', async (extra) => {
    expect(await outcomeOfMe(forge(extra, {}, 'attacker'))).toBe(DEAD)
  })

  it.each([
    { crit: ['exp'], exp: 1 },
    { crit: ['unknown'], unknown: 1 },
    { b64: false, crit: ['b64'] },
  ])('is refused when it is critical: %j', async (extra) => {
    expect(await outcomeOfMe(forge(extra, {}))).toBe(DEAD)
  })
})

it('JW-05: a token of the app’s own server is no access token, nor the reverse', async () => {
  const now = Math.floor(Date.now() / 1_000)
  const custom = forge({}, { sub: userId, exp: now + 60 }, CUSTOM_SECRET)

  expect(await outcomeOfMe(custom)).toBe(DEAD)
  const answer = await target.call('sso:custom_token:login', { token })
  expect(outcomeOf(answer)).toBe('BadRequest')
})

describe('JW-06, JW-07: claims that say nothing good', () => {
  const now = Math.floor(Date.now() / 1_000)
  const CLAIMS: Record<string, Record<string, unknown>> = {
    'a user who does not exist': { sub: 'nobody' },
    'no user': { sub: undefined },
    'a list of users': { sub: ['x'] },
    'an expiry that is over': { exp: now - 31 },
    'an expiry that is a text': { exp: 'never' },
    'an expiry before all time': { exp: -1 },
    'a time before which it is not good': { nbf: now + 3_600 },
    'an issue far in the future': { iat: now + 3_600 },
    'an issue that is no time': { iat: 'now' },
    'an issue between two seconds': { iat: now - 0.5 },
    'a version that is to come': { ver: 99 },
    'a version that is a text': { ver: '0' },
  }

  it.each(Object.entries(CLAIMS))('%s', async (_, changed) => {
    expect(await outcomeOfMe(forge({}, changed))).toBe(DEAD)
  })

  it('clocks that differ by some seconds sign nobody out', async () => {
    expect(await outcomeOfMe(forge({}, { iat: now + 20 }))).toBe('OK')
  })
})

it.each([
  ['a long one', 'x'.repeat(7_000)],
  ['many parts', '.'.repeat(5_000)],
  ['nested without end', `e30.${Buffer.from('['.repeat(3_000)).toString('base64url')}.x`],
  ['five parts, as encrypted ones have', 'e30.e30.e30.e30.e30'],
])('JW-08: odd tokens are just dead: %s', async (_, odd) => {
  expect(await outcomeOfMe(odd)).toBe(DEAD)
})

it('JW-08: a claim that is there twice does not name another user', async () => {
  const { user_id: other } = await target.signUp()
  const doubled = JSON.stringify({ ...claims, sub: 'nobody' }).replace(/}$/, `,"sub":"${other}"}`)
  const answer = await target.call('me', {}, { token: sign(JSON.stringify(header), doubled) })

  // Whoever has the secret may name anybody; the last one counts, as everywhere.
  expect(authResultOf(answer).user_id).toBe(other)
})

it('JW-10, TK-08: log-out and a password change end signed tokens at once', async () => {
  const { access_token: gone } = await target.signUp('leaver')
  await target.call('auth:logout', {}, { token: gone })
  const { access_token: old } = await target.signUp('changer')
  await target.call(
    'auth:password',
    { old_password: PASSWORD, password: `${PASSWORD}-2` },
    { token: old },
  )

  expect(await outcomeOfMe(gone)).toBe(DEAD)
  expect(await outcomeOfMe(old)).toBe(DEAD)
})

it('JW-11: roles in a token give nothing', async () => {
  const forged = forge({}, { roles: ['Admin'], is_admin: true, admin: true })
  const answer = await target.call(
    'auth:disable:set',
    { auth_id: userId, disabled: true },
    { token: forged, key: target.apiKey },
  )

  expect(outcomeOf(answer)).toBe('PermissionDenied')
})

it('JW-14: a token has one spelling', async () => {
  const [head, body, signature = ''] = token.split('.')
  const spellings = [
    `${token}=`,
    `${head}=.${body}.${signature}`,
    `${head}. ${body}.${signature}`,
    `${head}.${body}.${signature}A`,
    `${head}.${body}.${signature.slice(0, -1)}`,
    `${token}.`,
  ]

  for (const spelling of spellings) expect(await outcomeOfMe(spelling)).toBe(DEAD)
})

it('JW-14: a token that was logged out is dead in every spelling that its signature has', async () => {
  const { access_token: gone } = await target.signUp()
  await target.call('auth:logout', {}, { token: gone })
  // The last letter of 32 bytes has bits that no byte is made of.
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

  for (const letter of last) expect(await outcomeOfMe(gone.slice(0, -1) + letter)).toBe(DEAD)
})

function forge(
  moreHeader: Record<string, unknown>,
  moreClaims: Record<string, unknown>,
  secret = SECRET,
): string {
  const head = JSON.stringify({ ...header, ...moreHeader })
  return sign(head, JSON.stringify({ ...claims, ...moreClaims }), secret)
}

/** With HMAC, whatever the header says. */
function sign(head: string, body: string, secret = SECRET): string {
  const text = [head, body].map((part) => Buffer.from(part).toString('base64url')).join('.')
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

async function outcomeOfMe(access_token: string): Promise<string> {
  return outcomeOf(await target.send({ path: '/me', headers: {}, body: { access_token } }))
}
