import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Services } from '../../packages/server/src/actions/action.ts'
import { deleteUser } from '../../packages/server/src/actions/user/delete-user.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { openServices } from '../../packages/server/src/server.ts'
import { loadSettings } from '../../packages/server/src/settings.ts'
import type { HttpAnswer } from '../send-request.ts'
import { type AuthResult, authResultOf, recordsOf } from '../wire.ts'
import { outcomeOf, PASSWORD, startTarget, type Target } from './target.ts'

/** Many more by `node e2e/attacks/run.ts --iterations 10000`. */
const ITERATIONS = Number(process.env['RACE_ITERATIONS'] ?? 50)

/** Races with different users, which do not wait for each other. */
const AT_ONCE = 5

/** No race takes so long, on a busy machine. */
const LIMIT_MS = 120_000 + ITERATIONS * 2_000

let target: Target

/** What a command has beside the server, on the same database. */
let services: Services

beforeAll(async () => {
  target = await startTarget()
  const { apiKey, masterKey, server } = target
  const settings = loadSettings({
    ...{ API_KEY: apiKey, MASTER_KEY: masterKey, LOG_LEVEL: 'silent' },
    DATABASE_URL: server.databaseUrl,
  })
  services = await openServices(settings, createLog(settings))
})
afterAll(async () => {
  await services.storage.close()
  await target.end()
}, LIMIT_MS)

/** What each race does once; it throws when something went wrong. */
const RACES: Record<string, (round: string) => Promise<void>> = {
  async 'RC-01: of sign-ups with one name one wins, and can log in'(round) {
    const names = [`Racer-${round}`, `racer-${round}`, `RACER-${round}`, `ｒacer-${round}`]
    const answers = await Promise.all(
      names.map((username, i) =>
        target.call('auth:signup', { auth_data: { username }, password: `${PASSWORD}-${i}` }),
      ),
    )
    expect(outcomes(answers)).toEqual(['Duplicated', 'Duplicated', 'Duplicated', 'OK'])
    const winner = answers.findIndex(({ status }) => status === 200)
    expect(outcomeOf(await logIn(names[0]!, `${PASSWORD}-${winner}`))).toBe('OK')
  },

  async 'RC-02: of users who take one name one wins'(round) {
    const users = await signUpAnonymously(3)
    const answers = await Promise.all(users.map((user) => rename(user, `taken-${round}`)))

    expect(answers.map(itemOf).toSorted()).toEqual(['Duplicated', 'Duplicated', 'record'])
  },

  async 'RC-02: two users who swap their names never share one'() {
    const [one, two] = (await signUpMany(2)) as [AuthResult, AuthResult]
    const [nameOfOne, nameOfTwo] = [one, two].map(({ profile }) => String(profile['username']))
    await Promise.all([rename(one, nameOfTwo!), rename(two, nameOfOne!)])

    const owners = await Promise.all([nameOfOne!, nameOfTwo!].map((name) => logIn(name, PASSWORD)))
    expect(new Set(owners.map((answer) => authResultOf(answer).user_id)).size).toBe(2)
  },

  async 'RC-03: a sign-up and a change to one name have one winner'(round) {
    const [user] = (await signUpAnonymously(1)) as [AuthResult]
    const username = `wanted-${round}`
    const [signedUp, renamed] = await Promise.all([
      target.call('auth:signup', { auth_data: { username }, password: PASSWORD }),
      rename(user, username.toUpperCase()),
    ])

    const won = [outcomeOf(signedUp) === 'OK', itemOf(renamed) === 'record']
    expect(won.filter(Boolean)).toHaveLength(1)
  },

  async 'RC-09: a log-in with the old password is no session after the change'() {
    const [user] = (await signUpMany(1)) as [AuthResult]
    const name = String(user.profile['username'])
    const change = { old_password: PASSWORD, password: `${PASSWORD}-2`, invalidate: true }
    const [changed, ...logIns] = await Promise.all([
      target.call('auth:password', change, { token: user.access_token }),
      logIn(name, PASSWORD),
      logIn(name, PASSWORD),
    ])

    expect(outcomeOf(changed)).toBe('OK')
    for (const answer of logIns) {
      if (outcomeOf(answer) !== 'OK') expect(outcomeOf(answer)).toBe('InvalidCredentials')
      else
        expect(await outcomeOfMe(authResultOf(answer).access_token)).toBe('AccessTokenNotAccepted')
    }
  },

  async 'RC-10, RC-11: a log-in and a request undo no lock-out'() {
    const [user] = (await signUpMany(1)) as [AuthResult]
    const name = String(user.profile['username'])
    const lockOut = { auth_id: user.user_id, disabled: true }
    const [loggedIn] = await Promise.all([
      logIn(name, PASSWORD),
      target.call('auth:disable:set', lockOut, { key: target.masterKey }),
      outcomeOfMe(user.access_token),
    ])

    expect(await outcomeOfMe(user.access_token)).toBe('UserDisabled')
    if (outcomeOf(loggedIn) === 'OK') {
      expect(await outcomeOfMe(authResultOf(loggedIn).access_token)).toBe('UserDisabled')
    }
  },

  async 'RC-12: no request is served after the log-out was acknowledged'() {
    const [user] = (await signUpAnonymously(1)) as [AuthResult]
    const token = user.access_token
    const during = Array.from({ length: 5 }, () => outcomeOfMe(token))
    await target.call('auth:logout', {}, { token })

    expect(await outcomeOfMe(token)).toBe('AccessTokenNotAccepted')
    await Promise.all(during)
    expect(await outcomeOfMe(token)).toBe('AccessTokenNotAccepted')
  },

  async 'RC-13: nothing is left of a user who is deleted while the user does something'() {
    const [user] = (await signUpMany(1)) as [AuthResult]
    const [loggedIn] = await Promise.all([
      logIn(String(user.profile['username']), PASSWORD),
      rename(user, `gone-${user.user_id}`),
      outcomeOfMe(user.access_token),
      deleteNow(user.user_id),
    ])

    expect(await outcomeOfMe(user.access_token)).toBe('AccessTokenNotAccepted')
    if (outcomeOf(loggedIn) === 'OK') {
      const { access_token: token } = authResultOf(loggedIn)
      expect(await outcomeOfMe(token)).toBe('AccessTokenNotAccepted')
    }
    expect(outcomeOf(await logIn(`gone-${user.user_id}`, PASSWORD))).toBe('ResourceNotFound')
  },

  async 'RC-16: roles that two administrators give are both given'() {
    const [user] = (await signUpAnonymously(1)) as [AuthResult]
    const roles = ['reader', 'writer', 'editor']
    await Promise.all(
      roles.map((role) =>
        target.call(
          'role:assign',
          { roles: [role], users: [user.user_id] },
          { key: target.masterKey },
        ),
      ),
    )

    const users = [user.user_id]
    const got = await target.call('role:get', { users }, { key: target.masterKey })
    const held = (got.body as { result: Record<string, string[]> }).result[user.user_id]
    expect(held?.toSorted()).toEqual(roles.toSorted())
  },

  async 'RC-01: records saved under one new id belong to one user'(round) {
    const users = await signUpAnonymously(2)
    const record = { _id: `race/${round}`, text: 'x', _access: [] }
    const answers = await Promise.all(
      users.map(({ access_token: token }) =>
        target.call('record:save', { records: [record] }, { token }),
      ),
    )

    const saved = answers.filter((answer) => itemOf(answer) === 'record')
    const rows = await target.server.sql(
      'select owner_id from record where type = ? and key = ?',
      ...['race', round],
    )
    expect(rows).toHaveLength(1)
    expect(saved).toHaveLength(1)
  },
}

describe(`${ITERATIONS} times`, () => {
  it.each(Object.entries(RACES))(
    '%s',
    async (name, race) => {
      for (let i = 0; i < ITERATIONS; i += AT_ONCE) {
        const rounds = Array.from(
          { length: AT_ONCE },
          (_, lane) => `${Object.keys(RACES).indexOf(name)}-${i + lane}`,
        )
        await Promise.all(rounds.map(race))
      }
    },
    LIMIT_MS,
  )
})

it('RC-01: of a hundred sign-ups with one name one wins', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      target.call('auth:signup', {
        auth_data: { username: i % 2 ? 'Hundred' : 'hUNDRED' },
        password: `${PASSWORD}-${i}`,
      }),
    ),
  )

  expect(outcomes(answers).filter((outcome) => outcome === 'OK')).toHaveLength(1)
  expect(new Set(outcomes(answers))).toEqual(new Set(['OK', 'Duplicated']))
}, 60_000)

let count = 0

function signUpMany(number: number): Promise<AuthResult[]> {
  return Promise.all(
    Array.from({ length: number }, () => {
      count += 1
      return target.signUp(`runner-${count}`)
    }),
  )
}

/** Without a password, of which nothing is to be hashed. */
function signUpAnonymously(number: number): Promise<AuthResult[]> {
  return Promise.all(
    Array.from({ length: number }, async () => authResultOf(await target.call('auth:signup'))),
  )
}

function rename({ user_id: id, access_token: token }: AuthResult, username: string) {
  const records = [{ _id: `user/${id}`, username }]
  return target.call('record:save', { records }, { token })
}

function logIn(username: string, password: string): Promise<HttpAnswer> {
  return target.call('auth:login', { auth_data: { username }, password })
}

function deleteNow(id: string): Promise<void> {
  return services.storage.transaction(async (stores) => {
    await deleteUser(stores, (await stores.accounts.find(id))!, Date.now())
  })
}

async function outcomeOfMe(token: string): Promise<string> {
  return outcomeOf(await target.call('me', {}, { token }))
}

/** What became of the one record of a save. */
function itemOf(answer: HttpAnswer): string {
  const [item] = recordsOf(answer)
  return String(item?.['_type'] === 'error' ? item['name'] : item?.['_type'])
}

function outcomes(answers: HttpAnswer[]): string[] {
  return answers.map(outcomeOf).toSorted()
}
