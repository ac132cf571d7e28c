import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase, type Database, type Engine } from '../database.ts'
import { createRandom, type Random } from '../random.ts'
import type { HttpAnswer } from '../send-request.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import { call, type Server } from '../wire.ts'
import { checkDatabase } from './check-database.ts'
import { checkNames, checkUsers } from './check-users.ts'
import { type Fault, Ledger } from './ledger.ts'
import { startStorm, type Victim } from './storm.ts'

export interface CrashPlan {
  engine: Engine
  rounds: number
  victim: Victim
  seed: number
  /** See `startServerProcess`. */
  program: string
  workers?: number
  onRound?(round: number, ledger: Ledger): void
}

/** From the start of a storm to the kill. */
const MIN_STORM_MS = 300
const MAX_STORM_MS = 1_500

/** Users of earlier storms that every round looks at again. */
const SAMPLE = 20

/**
 * Storms of changes, each ended by a kill at a random moment, and each followed by a comparison of
 * what is there with what was acknowledged. At the end every user is compared once more.
 */
export async function crashRounds(plan: CrashPlan): Promise<Ledger> {
  const { rounds, seed, victim } = plan
  const random = createRandom(seed)
  const ledger = new Ledger()
  const database = await createDatabase(plan.engine)
  // The log says why a request was refused.
  const settings = { LOG_LEVEL: 'info' }
  const start = () => startServerProcess({ ...plan, databaseUrl: database.url, settings })
  let server = await start()
  try {
    for (let round = 1; round <= rounds && ledger.faults.length === 0; round += 1) {
      const storm = startStorm({ server, ledger, seed: seed + round * 100, name: String(round) })
      await sleep(MIN_STORM_MS + random.below(MAX_STORM_MS - MIN_STORM_MS))
      storm.expectKill(victim)
      if (victim === 'server') {
        await server.kill()
        await storm.stop()
        await untilAlone(database)
        server = await start()
      } else {
        await crashDatabase(database, random)
        await untilServing(server)
        await storm.stop()
      }
      await checkRound(server, database, ledger, random)
      plan.onRound?.(round, ledger)
    }
    await checkUsers(server, ledger, [...ledger.users])
    for (const fault of ledger.faults) explain(fault, server.log)
    return ledger
  } catch (error) {
    throw new Error(`The server said:\n${server.log.slice(-5_000)}`, { cause: error })
  } finally {
    await server.kill()
    await database.remove()
  }
}

/** Adds what the server's log says of the request. */
function explain(fault: Fault, log: string): void {
  const { headers } = (fault.detail ?? {}) as Partial<HttpAnswer>
  const requestId = headers?.['x-skygear-request-id']
  if (!requestId) return
  fault.log = log.split('\n').filter((line) => line.includes(String(requestId)))
}

async function checkRound(
  server: Server,
  database: Database,
  ledger: Ledger,
  random: Random,
): Promise<void> {
  const untouched = ledger.users.filter((user) => !user.isTouched)
  const sample = Array.from({ length: SAMPLE }, () => random.pick(untouched)).filter(Boolean)
  const touched = ledger.users.filter((user) => user.isTouched)
  await checkUsers(server, ledger, [...new Set([...touched, ...sample])])
  await checkNames(server, ledger, ledger.touchedNames)
  ledger.touchedNames.clear()
  await checkDatabase(database, ledger)
}

/** Down for a moment, as long as a quick restart takes or somewhat longer. */
async function crashDatabase({ postgres }: Database, random: Random): Promise<void> {
  if (!postgres) throw new Error('SQLite has no process of its own to be killed.')
  await postgres.kill()
  await sleep(random.below(300))
  await postgres.start()
}

/** PostgreSQL may still be finishing what the killed server asked for last. */
async function untilAlone(database: Database): Promise<void> {
  const others = `select pid from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid()`
  while (database.postgres && (await database.sql(others)).length > 0) await sleep(10)
}

const PATIENCE_MS = 10_000

async function untilServing(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while ((await call(server, '_status:healthz')).status !== 200) {
    if (performance.now() > deadline) throw new Error('The server does not recover.')
    await sleep(20)
  }
}
