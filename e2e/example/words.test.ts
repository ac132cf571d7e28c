import { type Client, createClient } from 'skygear'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { LOG_IN_ERRORS, sayError, sayWhyLoggedOut } from '../../examples/web/src/words.ts'
import type { EndReason } from '../../packages/server/src/storage/storage.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'

const password = 'Correct horse 4 battery!'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    RATE_LIMIT: 'on',
    USER_AUDIT_PW_UPPERCASE_REQUIRED: 'true',
    USER_AUDIT_PW_LOWERCASE_REQUIRED: 'true',
    USER_AUDIT_PW_DIGIT_REQUIRED: 'true',
    USER_AUDIT_PW_SYMBOL_REQUIRED: 'true',
    USER_AUDIT_PW_EXCLUDED_KEYWORDS: 'dolphin',
    USER_AUDIT_PW_MIN_GUESSABLE_LEVEL: '3',
    USER_AUDIT_PW_HISTORY_SIZE: '2',
  })
})
afterAll(() => server.close())

it.each([
  ['Too short: a password takes at least 8 characters.', 'Short1!'],
  ['Too long: a password has at most 256 characters.', `Aa1!${'x'.repeat(300)}`],
  ['The password needs a capital letter.', 'hop frog lark 4!'],
  ['The password needs a small letter.', 'HOP FROG LARK 4!'],
  ['The password needs a digit.', 'Hop Frog Lark !'],
  ['The password needs a symbol, such as ! or ?.', 'HopFrogLark4'],
  ['The password contains a word that it must not contain.', 'Hop dolphin 4!'],
  ['Too easy to guess. Please choose another password.', 'Aaaaaaa1!'],
])('says why a password is refused: %s', async (words, refused) => {
  const client = await connect(server.url)
  expect(await said(client.auth.signupWithUsername('amy', refused))).toBe(words)
})

it('has words for a password of before, and for a name that is taken', async () => {
  const client = await connect(server.url)
  await client.auth.signupWithUsername('bea', password)

  const reused = 'You have used this password before. Please choose another one.'
  expect(await said(client.auth.changePassword(password, password))).toBe(reused)
  const taken = 'This address has an account already.'
  expect(await said(client.auth.signupWithUsername('bea', password))).toBe(taken)
})

it('has one message for an unknown user and a wrong password, and says how long to wait', async () => {
  const client = await connect(server.url)
  await client.auth.signupWithUsername('cat', password)
  const guess = (username: string) => said(client.auth.loginWithUsername(username, 'a guess'))

  const words = [await guess('nobody'), await guess('cat')]
  while (words.length < 20) words.push(await guess('cat'))

  const wrong = 'Wrong e-mail address or password.'
  expect(words.slice(0, 2)).toEqual([wrong, wrong])
  const others = words.filter((said) => said !== wrong)
  expect(others[0]).toMatch(/^Too many tries\. Please wait \d+ (second|minute)s?\.$/)
})

it('has words for a disabled user, and for a server that is away', async () => {
  const client = await connect(server.url)
  const { _id: id } = await client.auth.signupWithUsername('dan', password)
  const disable = (message?: string) =>
    server.call(
      'auth:disable:set',
      { auth_id: id, disabled: true, message },
      { key: server.masterKey },
    )

  await disable()
  expect(await said(client.auth.loginWithUsername('dan', password))).toContain('disabled')
  await disable('Please call the office.')
  const words = await said(client.auth.loginWithUsername('dan', password))
  expect(words).toBe('Please call the office.')

  const away = await connect('http://127.0.0.1:1')
  expect(await said(away.auth.signupAnonymously())).toContain('cannot be reached')
})

it('has words for each reason for which a session ends', () => {
  const plain = 'You are logged out.'
  const reasons = {
    loggedOut: false,
    expired: true,
    revoked: true,
    passwordChanged: true,
    passwordReset: true,
    userDeleted: true,
  } satisfies Record<EndReason, boolean>

  for (const [reason, hasOwnWords] of Object.entries(reasons)) {
    expect(sayWhyLoggedOut(reason) !== plain, reason).toBe(hasOwnWords)
  }
  expect(sayWhyLoggedOut(null)).toBe(plain)
})

async function connect(endPoint: string): Promise<Client> {
  const client = createClient()
  await client.config({ endPoint, apiKey: server.apiKey })
  return client
}

async function said(refused: Promise<unknown>): Promise<string> {
  const error = await refused.then(
    () => expect.fail('It was not refused.'),
    (thrown) => thrown,
  )
  return sayError(error, LOG_IN_ERRORS)
}
