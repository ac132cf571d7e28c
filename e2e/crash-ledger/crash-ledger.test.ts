import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database, type Engine } from '../database.ts'
import { type ServerProcess, SOURCE, startServerProcess } from '../server-process.ts'
import { checkDatabase } from './check-database.ts'
import { checkNames, checkUsers } from './check-users.ts'
import { crashRounds } from './crash-rounds.ts'
import { type Fault, Ledger, type LedgerUser } from './ledger.ts'
import { startStorm, type Victim } from './storm.ts'

const engine: Engine = process.env['TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite'

const kills: { victim: Victim; workers: number }[] = [
  { victim: 'server', workers: engine === 'sqlite' ? 2 : 0 },
  ...(engine === 'postgres' ? [{ victim: 'database' as const, workers: 0 }] : []),
]

const TIMEOUT_MS = 120_000

const NEITHER = 'a user is neither as before nor as after'

describe.each(kills)('R-01, R-02, R-03: killing the $victim in a storm of changes', (kill) => {
  it(
    'loses nothing that was acknowledged, and leaves nothing half done',
    async () => {
      const ledger = await crashRounds({ engine, ...kill, rounds: 2, seed: 1, program: SOURCE })

      expect(ledger.faults).toEqual([])
      expect(ledger.acknowledged).toBeGreaterThan(0)
      expect(ledger.foundDone + ledger.foundUndone).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )
})

describe('the ledger', () => {
  const ledger = new Ledger()
  let database: Database
  let server: ServerProcess

  beforeAll(async () => {
    database = await createDatabase(engine)
    server = await startServerProcess({ program: SOURCE, databaseUrl: database.url })
    const storm = startStorm({ server, ledger, seed: 1, name: 'calm' })
    while (usersWithNotes().length < 15) await sleep(50)
    await storm.stop()
  }, TIMEOUT_MS)

  afterAll(async () => {
    await server.kill()
    await database.remove()
  })

  it('finds no fault where there is none', async () => {
    await checkUsers(server, ledger, [...ledger.users])
    await checkNames(server, ledger, ledger.touchedNames)
    await checkDatabase(database, ledger)

    expect(ledger.faults).toEqual([])
  }, 60_000)

  it.each<[string, (id: string, other: string) => string, ...string[]]>([
    [
      'a login id that is gone',
      (id) => `delete from login_id where user_id = '${id}' and key_group = 'email'`,
      NEITHER,
      'names and login ids differ',
    ],
    [
      'a login id that leads to another user',
      (id, other) =>
        `update login_id set user_id = '${other}' where user_id = '${id}' and key_group = 'email'`,
      NEITHER,
      'names and login ids differ',
    ],
    [
      'a user without a record',
      (id) => `delete from record where type = 'user' and key = '${id}'`,
      NEITHER,
      'a user without a record',
      'names and login ids differ',
      'an acknowledged user is missing',
    ],
    [
      'a record without an account',
      (id) => `delete from account where id = '${id}'`,
      NEITHER,
      'a user without an account',
      'names and login ids differ',
    ],
    [
      'half of a rename',
      (id) =>
        `update record set fields = replace(fields, '"email"', '"e-mail"')
         where type = 'user' and key = '${id}'`,
      NEITHER,
      'names and login ids differ',
      'an acknowledged change is missing',
    ],
    [
      'a password of before',
      (id, other) =>
        `update account set password_hash =
           (select password_hash from account where id = '${other}') where id = '${id}'`,
      NEITHER,
    ],
    [
      'a note that is gone',
      (id) => `delete from record where type = 'note' and owner_id = '${id}'`,
      NEITHER,
    ],
    ['a session that is gone', (id) => `delete from session where user_id = '${id}'`, NEITHER],
  ])('finds %s', async (_, damage, ...expected) => {
    const [user, other] = usersWithNotes()
    await database.sql(damage(user!.id!, other!.id!))

    const faults = await faultsOf(user!)

    expect(faults.map(({ what }) => what).sort()).toEqual(expected.sort())
  })

  it('finds a token that works again after a log-out', async () => {
    const [user] = usersWithNotes()
    user!.kept!.deadTokens.push(user!.kept!.liveTokens.pop()!)

    expect(await faultsOf(user!)).toMatchObject([{ what: NEITHER }])
  })

  it('finds a user whom nobody signed up', async () => {
    await database.sql(
      `insert into account (id, token_version, disabled, roles) values ('stranger', 0, 0, '[]')`,
    )

    await checkDatabase(database, ledger)

    expect(ledger.faults).toContainEqual(expect.objectContaining({ username: 'stranger' }))
  })

  it('finds a change in doubt that was done by half', async () => {
    const [user] = usersWithNotes()
    const kept = user!.kept!
    user!.doubtful = { ...kept, motto: 'after', notes: { a: 1, b: 1 } }
    await database.sql(
      `update record set fields = replace(fields, '${kept.motto}', 'after')
       where type = 'user' and key = '${user!.id}'`,
    )

    expect((await faultsOf(user!)).map(({ what }) => what)).toContain(NEITHER)
  })

  /** Users whom no earlier test has damaged. */
  function usersWithNotes(): LedgerUser[] {
    const damaged = new Set(ledger.faults.map(({ username }) => username))
    return ledger.users.filter(
      ({ kept }) =>
        kept &&
        !damaged.has(kept.username) &&
        kept.liveTokens.length > 0 &&
        Object.keys(kept.notes).length > 0,
    )
  }

  async function faultsOf(user: LedgerUser): Promise<Fault[]> {
    const { username } = user.kept!
    await checkUsers(server, ledger, [user])
    await checkDatabase(database, ledger)
    return ledger.faults.filter((fault) => fault.username === username)
  }
})
