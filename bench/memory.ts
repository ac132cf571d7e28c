/**
 * Whether memory grows under load. Goal: the last minute within 20 % of the first.
 *
 *   node bench/memory.ts [--minutes 10] [--engine SQLite|PostgreSQL] [--users 10000]
 *                        [--cache FOLDER]
 *
 * Of a thousand calls of users at random, 900 are `me`, 80 change the profile, 10 log in and 10 sign
 * up. The server is on core 0, PostgreSQL and wrk are on core 1.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CACHE_FOLDER } from './harness/cache-folder.ts'
import { keepToCores } from './harness/cores.ts'
import { figure, median, percent, printMachine, printTable, verdict } from './harness/figures.ts'
import { familyOf } from './harness/foreign-cpu.ts'
import type { Postgres } from './harness/postgres.ts'
import { residentMb } from './harness/resident-memory.ts'
import { seededUser } from './harness/seed.ts'
import { copyPostgresSeed, copySqliteSeed, startSeededPostgres } from './harness/seed-cache.ts'
import { buildServer, type ServerProcess, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { type Call, requestText, requireWrk, runWrk, writeRequests } from './harness/wrk.ts'
import { skygear } from './peers/skygear.ts'

const SERVER_CORE = '0'
const LOAD_CORE = '1'
const CONNECTIONS = 64

/** Memory is read at the end of each, while the server still has what the load left behind. */
const SLICE_SECONDS = 10
const SLICES_A_MINUTE = 60 / SLICE_SECONDS

/** The last ones of a minute stand for it: memory goes up and down with the garbage. */
const READINGS = 3

/** More than any machine does in a slice, since nobody signs up twice. */
const CALLS_A_SLICE = 100_000

const GOAL = 0.2

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    engine: { type: 'string', default: 'SQLite' },
    users: { type: 'string', default: '10000' },
    cache: { type: 'string', default: CACHE_FOLDER },
  },
})
const minutes = Number(options.minutes)
const users = Number(options.users)
const cache = path.resolve(options.cache)

requireWrk()
buildServer()
const folder = makeTemporaryFolder()
const requestFile = path.join(folder, 'requests')
const postgres =
  options.engine === 'PostgreSQL' ? await startSeededPostgres(cache, [users]) : undefined
let signedUp = 0
try {
  const server = await start(postgres)
  if (postgres) keepToCores(LOAD_CORE, familyOf(postgres.pid))
  try {
    await measure(server)
  } finally {
    await server.stop()
  }
} finally {
  await postgres?.stop()
}

async function start(postgres: Postgres | undefined): Promise<ServerProcess> {
  const dataDirectory = path.join(folder, 'data')
  // Seeds may be older than sessions ever become.
  const settings = { SESSION_IDLE_DAYS: '0' }
  if (!postgres) {
    await copySqliteSeed(cache, users, dataDirectory)
    return startServer(dataDirectory, SERVER_CORE, settings)
  }
  const url = await copyPostgresSeed(postgres, users)
  return startServer(dataDirectory, SERVER_CORE, { ...settings, DATABASE_URL: url })
}

async function measure({ url, pid }: ServerProcess): Promise<void> {
  const load = { url, requestFile, connections: CONNECTIONS, cores: LOAD_CORE }
  const rows: { requests: number; mb: number }[] = []
  for (let minute = 1; minute <= minutes; minute += 1) {
    const slices: typeof rows = []
    for (let slice = 0; slice < SLICES_A_MINUTE; slice += 1) {
      const calls = Array.from({ length: CALLS_A_SLICE }, () => requestText(anyCall(url)))
      writeRequests(requestFile, calls)
      const { requests } = await runWrk({ ...load, seconds: SLICE_SECONDS })
      slices.push({ requests, mb: residentMb(pid) })
    }
    rows.push({
      requests: slices.reduce((sum, { requests }) => sum + requests, 0),
      mb: median(slices.slice(-READINGS).map(({ mb }) => mb)),
    })
  }
  report(rows)
}

function anyCall(url: string): Call {
  const { id, email, token } = seededUser(Math.floor(Math.random() * users))
  const session = { userId: id, email, token }
  const dice = Math.random() * 1_000
  if (dice < 900) return skygear.check(url, session)
  if (dice < 980) return skygear.update(url, session, `Ann ${Math.round(dice * 1_000)}`)
  if (dice < 990) return skygear.logIn(url, email)
  signedUp += 1
  return skygear.signUp(url, `new-${signedUp}@example.com`)
}

function report(rows: { requests: number; mb: number }[]): void {
  printMachine()
  printTable(
    ['minute', 'memory (RSS), MB', 'requests'],
    rows.map(({ mb, requests }, n) => [String(n + 1), figure(mb), figure(requests)]),
  )
  const growth = rows.at(-1)!.mb / rows[0]!.mb - 1
  console.log(
    `\n${options.engine}, ${figure(users)} users at first, ${CONNECTIONS} connections; ` +
      `each figure is the median of the last ${READINGS} readings of its minute.`,
  )
  console.log(
    `Goal, the last minute within ${percent(GOAL)} of the first: ` +
      `${verdict(growth <= GOAL)} (${percent(growth)} more).`,
  )
}
