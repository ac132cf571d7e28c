import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDatabase, type Database } from '../database.ts'
import { SOURCE, startServerProcess } from '../server-process.ts'
import { call, errorOf, signUp } from '../wire.ts'
import { outageUnderLoad } from './outage.ts'

let database: Database

beforeAll(async () => {
  database = await createDatabase('postgres')
}, 60_000)

afterAll(() => database.remove())

describe.each(['stop', 'kill'] as const)('R-10: PostgreSQL away under load, after a %s', (how) => {
  it('gives no wrong answer, signs nobody out, and is served again at once', async () => {
    const outage = await outageUnderLoad({ database, program: SOURCE, awayMs: 1_500, how })

    const well = { isSignedIn: true, signedOut: 0, isKept: true }
    expect(outage).toMatchObject({
      wrong: [],
      refusedLate: [],
      apps: { published: well, ours: well },
    })
    expect(outage.refused).toBeGreaterThan(0)
    expect(new Set(outage.healthWhileAway)).toEqual(new Set([503]))
  }, 60_000)
})

describe('a server that is started before its database', () => {
  it('R-44: refuses with 503 until the database is there, and then serves', async () => {
    await database.postgres!.stop()
    const server = await startServerProcess({ program: SOURCE, databaseUrl: database.url })
    onTestFinished(() => server.kill())

    for (const action of ['_status:healthz', 'me', 'auth:login', 'auth:signup', 'record:query']) {
      const answer = await call(server, action, {
        auth_data: { username: 'amy' },
        password: 'correct horse',
        access_token: 'some token',
      })

      expect(answer.status).toBe(503)
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(errorOf(answer)?.code).not.toBe(104)
    }

    await database.postgres!.start()
    await sleep(2_000)
    expect((await call(server, '_status:healthz')).status).toBe(200)
    await expect(
      signUp(server, { username: 'amy' }, 'correct horse battery'),
    ).resolves.toBeDefined()
  }, 60_000)
})
