import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outcomeOf, startTarget, type Target } from './target.ts'

let target: Target

beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.end())

/** A password and what must not pass for it. */
const SIMILAR: Record<string, [string, ...string[]]> = {
  'PW-02: beyond 72 bytes': [`${'a'.repeat(99)}b`, `${'a'.repeat(99)}c`, 'a'.repeat(72)],
  'PW-02: letters of four bytes': ['\u{1f600}'.repeat(64), '\u{1f600}'.repeat(63)],
  'PW-03: spaces': [' canary-with spaces ', 'canary-with spaces', ' canary-with  spaces '],
  'PW-03: case': ['canary-CASED-word', 'canary-cased-word', 'CANARY-CASED-WORD'],
  'PW-03: NUL': ['canary-nul\u0000word', 'canary-nul', 'canary-nulword'],
  'PW-03: widths': ['canary-ｗｉｄｅ', 'canary-wide'],
}

describe.each(Object.entries(SIMILAR))('%s', (title, [password, ...others]) => {
  const username = title

  it('counts in full', async () => {
    expect(outcomeOf(await signUp(username, password))).toBe('OK')
    expect(outcomeOf(await logIn(username, password))).toBe('OK')
    for (const other of others) {
      expect(outcomeOf(await logIn(username, other))).toBe('InvalidCredentials')
    }
  })
})

it('PW-03: composed and decomposed letters are the same password', async () => {
  await signUp('composed', 'canary-Ångström')

  expect(outcomeOf(await logIn('composed', 'canary-A\u030angstro\u0308m'))).toBe('OK')
})

it.each(['"\\ud800canary-half"', '"canary-half\\udc00"'])(
  'PW-03: half a character is refused, since all halves are the same bytes: %s',
  async (text) => {
    const body = `{"auth_data":{"username":"half"},"password":${text}}`
    expect(outcomeOf(await target.call('auth:signup', body))).toBe('InvalidArgument')
  },
)

it.each([
  'canaryallsmall',
  '937502648173',
  'CANARY-CAPITALS',
  '\u{1f3d4}\u{1f30a}\u{1f3dc}\u{1f30b}',
])('PW-05: no kind of character is asked for: %s', async (password) => {
  expect(outcomeOf(await signUp(`plain-${password.length}`, password))).toBe('OK')
})

it.each(['password123', 'PASSWORD123', 'iloveyou1', 'qwertyuiop', '1234567890'])(
  'PW-06: what everybody takes is refused, in any case: %s',
  async (password) => {
    expect(outcomeOf(await signUp(`common-${password.length}`, password))).toBe(
      'PasswordPolicyViolated',
    )
  },
)

it('PW-01, PW-11: a password that is missing or short changes nothing', async () => {
  await signUp('keeper', 'canary-first-password')
  const { body } = await logIn('keeper', 'canary-first-password')
  const token = (body as { result: { access_token: string } }).result.access_token
  const change = (members: Record<string, unknown>) =>
    target.call('auth:password', members, { token }).then(outcomeOf)
  const right = 'canary-first-password'

  expect(await change({ old_password: right, password: '1234567' })).toBe('PasswordPolicyViolated')
  expect(await change({ old_password: right, password: '' })).toBe('InvalidArgument')
  expect(await change({ old_password: right })).toBe('InvalidArgument')
  expect(await change({ password: 'canary-second' })).toBe('InvalidArgument')
  expect(await change({ old_password: 'canary-wrong', password: 'canary-second' })).toBe(
    'InvalidCredentials',
  )
  expect(outcomeOf(await logIn('keeper', right))).toBe('OK')
})

const DAMAGED = [
  '',
  'plain text',
  '$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
  '$argon2id$v=19$m=19456,t=4294967295,p=1$c2FsdHNhbHQ$aGFzaA',
  '$argon2id$v=19$m=19456,t=2,p=1$',
  '$2a$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234',
  '$2a$',
]

it.each(DAMAGED)('PW-14: a hash that was tampered with opens nothing: %j', async (hash) => {
  const username = `tampered-${DAMAGED.indexOf(hash)}`
  await signUp(username, 'canary-tampered')
  const id = 'select user_id from login_id where canonical = ?'
  const [before] = await target.server.sql<{ password_hash: string }>(
    `select password_hash from account where id in (${id})`,
    username,
  )
  await setHash(hash)

  expect(outcomeOf(await logIn(username, 'canary-tampered'))).toBe('InvalidCredentials')
  await setHash(before!.password_hash)
  expect(outcomeOf(await logIn(username, 'canary-tampered'))).toBe('OK')

  async function setHash(value: string): Promise<void> {
    const statement = `update account set password_hash = ? where id in (${id})`
    await target.server.sql(statement, value, username)
  }
})

function signUp(username: string, password: string) {
  return target.call('auth:signup', { auth_data: { username }, password })
}

function logIn(username: string, password: string) {
  return target.call('auth:login', { auth_data: { username }, password })
}
