import { afterAll, beforeAll, expect, it } from 'vitest'
import { authResultOf, errorOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

let target: Target

beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.end())

/** Spellings of one name: the first signs up, the others are taken, and all log in. */
const SAME: Record<string, string[]> = {
  'ID-01: the case of ASCII': ['Alice', 'alice', 'ALICE'],
  'ID-02: the case of accented letters': ['Ángel', 'áNGEL', 'A\u0301ngel'],
  'ID-02: letters that only other languages have': ['ÉCOLEΣ', 'écoleς', 'écoleσ'],
  'ID-03: full width': ['ｆｏｏ', 'foo', 'FOO'],
  'ID-03: a ligature': ['ﬁnn', 'finn'],
  'ID-03: the Kelvin sign': ['\u212aate', 'kate', 'Kate'],
  'ID-03: a sharp s': ['Straße', 'STRASSE'],
}

it.each(Object.entries(SAME))('%s is no other name', async (_, [first, ...others]) => {
  const owner = await target.signUp(first)
  for (const name of others) {
    expect(await trySignUp({ username: name })).toBe('Duplicated')
    const answer = await logIn({ username: name })
    expect(authResultOf(answer)).toMatchObject({ user_id: owner.user_id })
    expect(authResultOf(answer).profile['username']).toBe(first)
  }
})

/** Names that must stay apart, all of them usable. */
const DIFFERENT: Record<string, [string, string][]> = {
  'ID-04: letters of other scripts that look the same': [
    ['username', 'аdmin'],
    ['username', 'admin'],
  ],
  'ID-08: spaces around and within a name': [
    ['username', 'two  words'],
    ['username', 'two words'],
    ['username', ' two words'],
    ['username', 'two words\u2003.'],
  ],
  'ID-11: a user name that is the address of somebody else': [
    ['email', 'bob@x.example'],
    ['username', 'bob@x.example'],
  ],
  'ID-14: dots and tags of one mailbox': [
    ['email', 'a.b+x@mail.example'],
    ['email', 'ab@mail.example'],
    ['email', 'a.b@mail.example'],
  ],
  'ID-15: words of programs': [
    ['username', '__proto__'],
    ['username', 'constructor'],
    ['username', 'null'],
    ['username', 'undefined'],
    ['username', '_god'],
    ['username', 'root'],
  ],
}

it.each(Object.entries(DIFFERENT))('%s belong to different users', async (_, names) => {
  const ids = new Set<string>()
  for (const [key, value] of names) expect(await trySignUp({ [key]: value })).toBe('OK')
  for (const [key, value] of names) ids.add(authResultOf(await logIn({ [key]: value })).user_id)

  expect(ids.size).toBe(names.length)
})

it.each([
  ['ID-05: a control character', 'a\nb'],
  ['ID-05: NUL', 'a\u0000'],
  ['ID-05: half a character', 'a\udc00b'],
  ['ID-05: the replacement character', 'a\ufffd'],
  ['ID-09: 256 bytes', 'x'.repeat(256)],
  ['ID-09: a letter under a thousand marks', `x${'\u0301'.repeat(1_000)}`],
])('%s is no name, and leaves nothing behind', async (_, username) => {
  const before = await countAccounts()

  expect(await trySignUp({ username })).toBe('InvalidArgument')
  expect(await trySignUp({ email: username })).toBe('InvalidArgument')
  expect(await countAccounts()).toBe(before)
})

it.each(['x', '\u{1f600}'.repeat(63), 'x'.repeat(255)])(
  'ID-09: a name at the limits is one: %#',
  async (username) => {
    expect(await trySignUp({ username })).toBe('OK')
    expect(outcomeOf(await logIn({ username }))).toBe('OK')
  },
)

it('ID-12: auth data with two names is about the first, whoever has the other', async () => {
  const amy = await target.signUp('amy')
  await trySignUp({ email: 'ben@x.example' })

  const answer = await logIn({ username: 'amy', email: 'ben@x.example' })

  expect(authResultOf(answer).user_id).toBe(amy.user_id)
})

it('ID-16: the name of a deleted user comes without what was the user’s', async () => {
  const before = await target.signUp('phoenix')
  await target.call(
    'record:save',
    { database_id: '_private', records: [{ _id: 'note/own', text: 'mine' }] },
    { token: before.access_token },
  )
  await target.server.sql('delete from record where key = ?', before.user_id)
  await target.server.sql('delete from account where id = ?', before.user_id)

  const after = await target.signUp('phoenix')

  expect(after.user_id).not.toBe(before.user_id)
  expect(outcomeOf(await target.call('me', {}, { token: before.access_token }))).toBe(
    'AccessTokenNotAccepted',
  )
  const notes = { database_id: '_private', record_type: 'note' }
  const found = await target.call('record:query', notes, { token: after.access_token })
  expect(found.body).toMatchObject({ result: [] })
})

async function trySignUp(authData: Record<string, string>): Promise<string> {
  return outcomeOf(await target.call('auth:signup', { auth_data: authData, password: PASSWORD }))
}

async function logIn(authData: Record<string, string>) {
  const answer = await target.call('auth:login', { auth_data: authData, password: PASSWORD })
  expect(errorOf(answer)).toBeUndefined()
  return answer
}

async function countAccounts(): Promise<number> {
  const [row] = await target.server.sql<{ n: number }>('select count(*) as n from account')
  return Number(row!.n)
}
