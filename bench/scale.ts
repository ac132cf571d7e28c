/**
 * What many users cost: `me`, log-in by e-mail and sign-up over databases of several sizes, with
 * users at random. Goals: the last size at 80 % of the first or more on SQLite, 90 % on PostgreSQL.
 * `me` is called by users who were here a moment ago. Those who come back after long are for
 * orientation: noting it writes two rows, for a few users once a minute, for many at every call.
 *
 *   node bench/scale.ts [--sizes 1000,100000,1000000] [--engines SQLite,PostgreSQL] [--only me]
 *                       [--rounds 5] [--seconds 4] [--hash argon2id|none] [--cache FOLDER]
 *
 * Seeded databases are kept in the cache folder, outside the repository, and copied for each run.
 * The server is on core 0, PostgreSQL and wrk are on core 1. With `--hash none` the server gets a
 * trivial hash in place of its own, which shows what else a log-in takes.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { CACHE_FOLDER } from './harness/cache-folder.ts'
import { keepToCores } from './harness/cores.ts'
import {
  figure,
  median,
  percent,
  printMachine,
  printTable,
  spread,
  verdict,
} from './harness/figures.ts'
import {
  cpuSecondsOf,
  cpuSecondsOfFamily,
  familyOf,
  watchForeignCpu,
} from './harness/foreign-cpu.ts'
import { sdkHeaders } from './harness/http-client.ts'
import type { Postgres } from './harness/postgres.ts'
import { PASSWORD, seededUser } from './harness/seed.ts'
import { copyPostgresSeed, copySqliteSeed, startSeededPostgres } from './harness/seed-cache.ts'
import {
  API_KEY,
  buildServer,
  type ServerProcess,
  startServer,
  WITHOUT_HASH,
} from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk, runWrk, type Sample, writeRequests } from './harness/wrk.ts'

const SERVER_CORE = '0'
const LOAD_CORE = '1'
const CONNECTIONS = 64

/** The first round, which is dropped, is so many times as long: large page caches fill slowly. */
const WARM_UP = 3

const COMING_BACK = 'me, coming back'

const GOALS = { SQLite: 0.8, PostgreSQL: 0.9 }

type Engine = keyof typeof GOALS

interface Operation {
  name: string
  /** More than any machine does: what wrk does twice within a round would be in every cache. */
  mostASecond: number
  /** The text of one call, of a user at random. */
  request(server: System): string
}

/** A server over a database of one size. */
interface System {
  engine: Engine
  users: number
  process: ServerProcess
}

interface Row {
  operation: Operation
  system: System
  samples: ServerSample[]
}

interface ServerSample extends Sample {
  serverCpuMicros: number
  /** 0 on SQLite. */
  postgresCpuMicros: number
}

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    engines: { type: 'string', default: 'SQLite,PostgreSQL' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    hash: { type: 'string', default: 'argon2id' },
    cache: { type: 'string', default: CACHE_FOLDER },
  },
})
const sizes = options.sizes.split(',').map(Number)
const engines = options.engines.split(',') as Engine[]
const seconds = Number(options.seconds)
const cache = path.resolve(options.cache)

const hashesASecond = options.hash === 'none' ? 10_000 : 1_000
const operations = [
  { name: 'me', mostASecond: 20_000, request: (system: System) => requestMe(system, 0) },
  { name: COMING_BACK, mostASecond: 20_000, request: (system: System) => requestMe(system, 1) },
  { name: 'log-in by e-mail', mostASecond: hashesASecond, request: requestLogin },
  { name: 'sign-up', mostASecond: hashesASecond, request: requestSignup },
].filter(({ name }) => name.startsWith(options.only))

requireWrk()
buildServer()
const folder = makeTemporaryFolder()
const requestFile = path.join(folder, 'requests')
const rows: Row[] = []
let foreign = 0
let signedUp = 0
for (const engine of engines) {
  if (engine === 'PostgreSQL') await measurePostgres()
  else await measureEngine(engine, startOverSqlite, undefined)
}
report()

async function measurePostgres(): Promise<void> {
  const postgres = await startSeededPostgres(cache, sizes)
  try {
    const start = async (size: number) => {
      return startOver({ DATABASE_URL: await copyPostgresSeed(postgres, size) })
    }
    await measureEngine('PostgreSQL', start, postgres)
  } finally {
    await postgres.stop()
  }
}

async function startOverSqlite(size: number): Promise<ServerProcess> {
  const dataDirectory = path.join(folder, String(size))
  await copySqliteSeed(cache, size, dataDirectory)
  return startOver({ DATA_DIR: dataDirectory })
}

function startOver(database: Record<string, string>): Promise<ServerProcess> {
  // Seeds may be older than sessions ever become.
  const settings = { ...database, SESSION_IDLE_DAYS: '0' }
  const hash = options.hash === 'none' ? WITHOUT_HASH : {}
  return startServer(folder, SERVER_CORE, { ...settings, ...hash })
}

/** The sizes take turns within a round. */
async function measureEngine(
  engine: Engine,
  start: (size: number) => Promise<ServerProcess>,
  postgres: Postgres | undefined,
): Promise<void> {
  const systems: System[] = []
  try {
    for (const users of sizes) systems.push({ engine, users, process: await start(users) })
    if (postgres) keepToCores(LOAD_CORE, familyOf(postgres.pid))
    for (const operation of operations) {
      const measured = systems.map((system): Row => ({ operation, system, samples: [] }))
      // The first round warms up.
      for (let round = 0; round <= Number(options.rounds); round += 1) {
        for (const row of measured) await takeSample(row, postgres, round > 0)
      }
      rows.push(...measured)
    }
  } finally {
    await Promise.all(systems.map(({ process }) => process.stop()))
  }
}

async function takeSample(
  { operation, system, samples }: Row,
  postgres: Postgres | undefined,
  counts: boolean,
): Promise<void> {
  const { url, pid } = system.process
  const lasting = counts ? seconds : seconds * WARM_UP
  const length = operation.mostASecond * lasting
  writeRequests(
    requestFile,
    Array.from({ length }, () => operation.request(system)),
  )
  const endWatch = watchForeignCpu(postgres ? [pid, postgres.pid] : [pid])
  const before = [cpuSecondsOf(pid), postgres ? cpuSecondsOfFamily(postgres.pid) : 0] as const
  const sample = await runWrk({
    url,
    requestFile,
    connections: CONNECTIONS,
    seconds: lasting,
    cores: LOAD_CORE,
  })
  const microsEach = (cpuSeconds: number) => (cpuSeconds * 1_000_000) / sample.requests
  const measured = {
    ...sample,
    serverCpuMicros: microsEach(cpuSecondsOf(pid) - before[0]),
    postgresCpuMicros: microsEach((postgres ? cpuSecondsOfFamily(postgres.pid) : 0) - before[1]),
  }
  const share = endWatch()
  if (!counts) return
  samples.push(measured)
  foreign = Math.max(foreign, share)
}

/** Of users whose number leaves this remainder: see `lastSeenAt` of the seed. */
function requestMe(system: System, remainder: 0 | 1): string {
  const { token } = seededUser(2 * Math.floor((Math.random() * system.users) / 2) + remainder)
  return request(system, 'me', { access_token: token }, token)
}

function requestLogin(system: System): string {
  const { email } = anyUser(system)
  return request(system, 'auth:login', { auth_data: { email }, password: PASSWORD })
}

function requestSignup(system: System): string {
  signedUp += 1
  const email = `new-${signedUp}@example.com`
  return request(system, 'auth:signup', { auth_data: { email }, password: PASSWORD })
}

function anyUser({ users }: System): ReturnType<typeof seededUser> {
  return seededUser(Math.floor(Math.random() * users))
}

function request(
  { process: { url } }: System,
  action: string,
  input: Record<string, unknown>,
  token?: string,
): string {
  const body = { action, api_key: API_KEY, ...input }
  return postRequest(`${url}/${action.replace(':', '/')}`, sdkHeaders(token), body)
}

function report(): void {
  printMachine()
  printTable(
    [
      'engine',
      'request',
      'users',
      'a second',
      'min–max',
      `of ${figure(sizes[0]!)}`,
      'server CPU µs each',
      'PostgreSQL CPU µs each',
      'p50 ms',
      'p99 ms',
    ],
    rows.map((row) => {
      const { operation, system, samples } = row
      const rates = samples.map(({ perSecond }) => perSecond)
      const medianOf = (value: (sample: ServerSample) => number) =>
        figure(median(samples.map(value)))
      return [
        system.engine,
        operation.name,
        figure(system.users),
        figure(median(rates)),
        spread(rates),
        percent(shareOf(row)),
        medianOf(({ serverCpuMicros }) => serverCpuMicros),
        system.engine === 'SQLite' ? '' : medianOf(({ postgresCpuMicros }) => postgresCpuMicros),
        medianOf(({ p50Ms }) => p50Ms),
        medianOf(({ p99Ms }) => p99Ms),
      ]
    }),
  )
  console.log(
    `\n${CONNECTIONS} connections, ${options.rounds} rounds of ${seconds} s, hash: ${options.hash}. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  for (const engine of engines) {
    const last = rows.filter(({ operation, system }) => {
      const isLast = system.engine === engine && system.users === sizes.at(-1)
      return isLast && operation.name !== COMING_BACK
    })
    const shares = last.map((row) => `${row.operation.name} ${percent(shareOf(row))}`)
    const reached = last.every((row) => shareOf(row) >= GOALS[engine])
    console.log(
      `Goal, the last size at ${percent(GOALS[engine])} of the first on ${engine}: ` +
        `${verdict(reached)} (${shares.join(', ')}).`,
    )
  }
}

/** Round by round, since the machine's speed changes from one to the next. */
function shareOf({ operation, system, samples }: Row): number {
  const first = rows.find(
    (row) => row.operation === operation && row.system.engine === system.engine,
  )
  return median(samples.map(({ perSecond }, round) => perSecond / first!.samples[round]!.perSecond))
}
