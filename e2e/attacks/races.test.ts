import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../packages/server/src/testing/test-server.ts'
import type { HttpAnswer } from './send-request.ts'
import { authResultOf, call, errorOf, post, recordsOf, signUp } from './wire.ts'

const PARALLEL = 20

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off' })
})

afterAll(() => server.close())

describe('20 sign-ups with one name at the same time', () => {
  let answers: HttpAnswer[] = []

  beforeAll(async () => {
    const names = Array.from({ length: PARALLEL }, (_, i) => (i % 2 ? 'Racer' : 'rACER'))
    answers = await Promise.all(
      names.map((username, i) =>
        call(server, 'auth:signup', { auth_data: { username }, password: `secret-${i}` }),
      ),
    )
  }, 60_000)

  it('give the name to exactly one user', () => {
    const refused = answers.filter(({ status }) => status !== 200)

    expect(refused).toHaveLength(PARALLEL - 1)
    for (const answer of refused) {
      expect(answer.status).toBe(409)
      expect(errorOf(answer)).toMatchObject({ name: 'Duplicated', code: 109 })
    }
  })

  it('leave an owner who can log in with their own password, and nobody else', async () => {
    const winner = answers.findIndex(({ status }) => status === 200)

    const byOwner = await logIn('RACER', `secret-${winner}`)
    const byLoser = await logIn('RACER', `secret-${(winner + 1) % PARALLEL}`)

    expect(authResultOf(byOwner).user_id).toBe(authResultOf(answers[winner]!).user_id)
    expect(errorOf(byLoser)).toMatchObject({ code: 105 })
  })

  it('leave one user record with the name', async () => {
    expect(await usersNamed('racer')).toHaveLength(1)
  })

  it('leave the losers free to sign up with another name', async () => {
    await expect(signUp(server, { username: 'runner-up' })).resolves.toBeDefined()
  })
})

describe('20 users who take one name at the same time', () => {
  const before = Array.from({ length: PARALLEL }, (_, i) => `before-${i}`)
  let answers: HttpAnswer[] = []

  beforeAll(async () => {
    const users = await Promise.all(before.map((username) => signUp(server, { username })))
    answers = await Promise.all(
      users.map((user, i) =>
        post(server, 'record:save', {
          access_token: user.access_token,
          database_id: '_public',
          records: [{ _id: `user/${user.user_id}`, username: i % 2 ? 'Wanted' : 'wANTED' }],
        }),
      ),
    )
  }, 60_000)

  it('give it to exactly one of them', () => {
    const failed = answers.flatMap(recordsOf).filter(({ _type }) => _type === 'error')

    expect(answers.map(({ status }) => status)).toEqual(Array(PARALLEL).fill(200))
    expect(failed).toHaveLength(PARALLEL - 1)
    for (const error of failed) expect(error).toMatchObject({ name: 'Duplicated', code: 109 })
  })

  it('leave all others logging in by the name they had', async () => {
    const loggedIn = await Promise.all(before.map((username) => logIn(username, 'secret-1')))

    const unknown = loggedIn.filter((answer) => errorOf(answer)?.code === 110)
    expect(loggedIn.filter(({ status }) => status === 200)).toHaveLength(PARALLEL - 1)
    expect(unknown).toHaveLength(1)
    expect((await logIn('WANTED', 'secret-1')).status).toBe(200)
    expect(await usersNamed('wanted')).toHaveLength(1)
  }, 60_000)
})

function logIn(username: string, password: string): Promise<HttpAnswer> {
  return call(server, 'auth:login', { auth_data: { username }, password })
}

async function usersNamed(username: string) {
  const answer = await post(server, 'record:query', {
    api_key: server.masterKey,
    database_id: '_public',
    record_type: 'user',
    predicate: ['eq', { $type: 'keypath', $val: 'username' }, username],
  })
  return recordsOf(answer)
}
