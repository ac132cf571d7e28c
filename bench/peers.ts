/**
 * Ours beside Better Auth and Parse Server, each in its own process on node:http, over the same
 * engines: sign-up, log-in, session check, update of the profile and log-out a second.
 *
 *   node bench/peers.ts [--rounds 5] [--seconds 4] [--users 1000] [--only me] [--cache FOLDER]
 *
 * The peers are installed from npm into the cache folder, outside the repository. All hash with
 * argon2id from the same library with the parameters of ours; rate limits and logs are off.
 * Goals: ours ahead in every row with the hash, and 15 (SQLite) and 5 (PostgreSQL) times Better
 * Auth's session check.
 */
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
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
import { cpuSecondsOf, familyOf, watchForeignCpu } from './harness/foreign-cpu.ts'
import { startPostgres } from './harness/postgres.ts'
import { buildServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import {
  type Call,
  requestText,
  requireWrk,
  runWrk,
  type Sample,
  writeRequests,
} from './harness/wrk.ts'
import { type Contestant, type Hash, startContestants } from './peers/contestants.ts'
import { describePeer, installPeer } from './peers/install.ts'
import type { Session } from './peers/product.ts'

const ALL_CORES = '0,1'
const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Where every request is hashed, more connections would only wait. */
const HASHING_CONNECTIONS = 16
const CONNECTIONS = 64

/** Calls that wrk cycles through, so that users come in random order. */
const CALLS = 20_000

/** More than any of them does in a second; what cannot be done twice is made in this number. */
const MOST_A_SECOND = { hashed: 1_000, ours: 15_000, peers: 3_000 }

const GOALS = { SQLite: 15, PostgreSQL: 5 }

interface Operation {
  name: string
  /** That of the servers that it is measured with. */
  hash: Hash
  /** Hashes need both cores, so servers, databases and load share them. */
  sharesCores: boolean
  /** At most `count` of the calls will be made, if they cannot be made twice. */
  calls(contestant: Contestant, count: number): Promise<Call[]> | Call[]
}

/** A line of the table. */
interface Row {
  operation: Operation
  contestant: Contestant
  samples: ContestantSample[]
}

interface ContestantSample extends Sample {
  serverCpuMicros: number
  /** 0 on SQLite. */
  postgresCpuMicros: number
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    users: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    cache: { type: 'string', default: CACHE_FOLDER },
  },
})
const seconds = Number(options.seconds)
const cache = path.resolve(options.cache)

const withHash = { hash: 'argon2id', sharesCores: true } as const
const besideHash = { hash: 'argon2id', sharesCores: false } as const
const withoutHash = { hash: 'none', sharesCores: false } as const
// Sessions that log-in opens come last: a peer without an index on its tokens reads all of them.
const operations: Operation[] = [
  { name: 'session check', ...besideHash, calls: sessionChecks },
  { name: 'update', ...besideHash, calls: updates },
  { name: 'log-out', ...besideHash, calls: logOuts },
  { name: 'sign-up', ...withHash, calls: signUps },
  { name: 'log-in', ...withHash, calls: logIns },
  { name: 'sign-up, no hash', ...withoutHash, calls: signUps },
  { name: 'log-in, no hash', ...withoutHash, calls: logIns },
]

requireWrk()
buildServer()
installPeer('better-auth', cache)
installPeer('parse-server', cache)
const folder = makeTemporaryFolder()
const requestFile = path.join(folder, 'requests')
const postgres = await startPostgres(path.join(cache, 'postgres'))
const rows: Row[] = []
let foreign = 0
let signedUp = 0
try {
  await measureAll('argon2id')
  await measureAll('none')
} finally {
  await postgres.stop()
}
report()

function sessionChecks({ process: { url }, product, sessions }: Contestant): Call[] {
  return pick(sessions, (session) => product.check(url, session))
}

function updates({ process: { url }, product, sessions }: Contestant): Call[] {
  return pick(sessions, (session, n) => product.update(url, session, `Ann ${n}`))
}

async function logOuts(contestant: Contestant, count: number): Promise<Call[]> {
  const { process, product, tables, sessions } = contestant
  const opened = await product.openSessions(tables, sessions, count)
  return opened.map((session) => product.logOut(process.url, session))
}

function signUps({ process: { url }, product }: Contestant, count: number): Call[] {
  return Array.from({ length: count }, () => {
    signedUp += 1
    return product.signUp(url, `new-${signedUp}@example.com`)
  })
}

function logIns({ process: { url }, product, sessions }: Contestant): Call[] {
  return pick(sessions, ({ email }) => product.logIn(url, email))
}

/** Calls of users at random. */
function pick(sessions: Session[], callOf: (session: Session, n: number) => Call): Call[] {
  return Array.from({ length: CALLS }, (_, n) => {
    return callOf(sessions[Math.floor(Math.random() * sessions.length)]!, n)
  })
}

async function measureAll(hash: Hash): Promise<void> {
  const chosen = operations.filter(({ name }) => name.startsWith(options.only))
  const measured = chosen.filter((operation) => operation.hash === hash)
  if (measured.length === 0) return
  const users = Number(options.users)
  const surroundings = { folder, cache, postgres, cores: ALL_CORES, hash, users }
  const contestants = await startContestants(surroundings)
  try {
    for (const operation of measured) await measureOperation(operation, contestants)
  } finally {
    await Promise.all(contestants.map(stop))
  }
}

async function stop({ process, tables }: Contestant): Promise<void> {
  await process.stop()
  await tables.close()
}

/** All take turns within a round. */
async function measureOperation(operation: Operation, contestants: Contestant[]): Promise<void> {
  keepToCores(operation.sharesCores ? ALL_CORES : LOAD_CORE, familyOf(postgres.pid))
  const measured = contestants.map((contestant): Row => ({ operation, contestant, samples: [] }))
  // The first round warms up.
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const row of measured) await takeSample(row, round > 0)
  }
  rows.push(...measured)
}

async function takeSample({ operation, contestant, samples }: Row, counts: boolean): Promise<void> {
  const { process } = contestant
  keepToCores(operation.sharesCores ? ALL_CORES : SERVER_CORE, [process.pid])
  const calls = await operation.calls(contestant, mostASecond(operation, contestant) * seconds)
  writeRequests(requestFile, calls.map(requestText))
  const endWatch = watchForeignCpu([postgres.pid, process.pid])
  const sample = await load(operation, contestant)
  // What wrk left behind in the server's queue must not count for the next.
  if (operation.sharesCores) await wait(1_000)
  const share = endWatch()
  if (!counts) return
  samples.push(sample)
  foreign = Math.max(foreign, share)
}

function mostASecond(operation: Operation, { isOurs }: Contestant): number {
  if (operation.sharesCores) return MOST_A_SECOND.hashed
  return isOurs ? MOST_A_SECOND.ours : MOST_A_SECOND.peers
}

async function load(
  { sharesCores }: Operation,
  { process: { url, pid } }: Contestant,
): Promise<ContestantSample> {
  const [serverBefore, postgresBefore] = [cpuSecondsOf(pid), postgresCpuSeconds()]
  const connections = sharesCores ? HASHING_CONNECTIONS : CONNECTIONS
  const cores = sharesCores ? ALL_CORES : LOAD_CORE
  const sample = await runWrk({ url, requestFile, connections, seconds, cores })
  const microsEach = (cpuSeconds: number) => (cpuSeconds * 1_000_000) / sample.requests
  return {
    ...sample,
    serverCpuMicros: microsEach(cpuSecondsOf(pid) - serverBefore),
    postgresCpuMicros: microsEach(postgresCpuSeconds() - postgresBefore),
  }
}

function postgresCpuSeconds(): number {
  return familyOf(postgres.pid).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
}

function report(): void {
  printMachine()
  printTable(
    [
      'operation',
      'server',
      'a second',
      'min–max',
      'ours is',
      'server CPU µs each',
      'PostgreSQL CPU µs each',
      'p50 ms',
      'p99 ms',
    ],
    rows.map((row) => {
      const { operation, contestant, samples } = row
      const rates = samples.map(({ perSecond }) => perSecond)
      const medianOf = (value: (sample: ContestantSample) => number) =>
        figure(median(samples.map(value)))
      return [
        operation.name,
        `${contestant.name}, ${contestant.engine}`,
        figure(median(rates)),
        spread(rates),
        contestant.isOurs ? '' : `${figure(advantageOver(row))} ×`,
        medianOf(({ serverCpuMicros }) => serverCpuMicros),
        contestant.engine === 'SQLite'
          ? ''
          : medianOf(({ postgresCpuMicros }) => postgresCpuMicros),
        medianOf(({ p50Ms }) => p50Ms),
        medianOf(({ p99Ms }) => p99Ms),
      ]
    }),
  )
  console.log(
    `\n${describePeer('better-auth')}, ${describePeer('parse-server')}; rate limits and logs are off. ` +
      'Hash: argon2id with the parameters of ours, from @node-rs/argon2, in all of them. ' +
      `${figure(Number(options.users))} users, ${options.rounds} rounds of ${seconds} s. ` +
      `Sign-up and log-in: ${HASHING_CONNECTIONS} connections, everything on cores ${ALL_CORES}. ` +
      `The others: ${CONNECTIONS} connections, server on core ${SERVER_CORE}, ` +
      `PostgreSQL and load on core ${LOAD_CORE}. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  reportGoals()
}

function reportGoals(): void {
  const peers = rows.filter(({ contestant }) => !contestant.isOurs)
  const behind = peers
    .filter(({ operation }) => operation.hash === 'argon2id')
    .filter((row) => advantageOver(row) <= 1)
    .map(
      ({ operation, contestant }) =>
        `${operation.name} of ${contestant.name}, ${contestant.engine}`,
    )
  console.log(
    `Goal, ahead in every row with the hash: ${verdict(behind.length === 0)}. ${behind.join('; ')}`,
  )
  for (const row of peers) {
    const { operation, contestant } = row
    if (operation.name !== 'session check' || contestant.name !== 'better-auth') continue
    const advantage = advantageOver(row)
    const goal = GOALS[contestant.engine]
    console.log(
      `Goal, ${goal} times Better Auth's session check on ${contestant.engine}: ` +
        `${verdict(advantage >= goal)} (${figure(advantage)}).`,
    )
  }
}

/** How many times as fast ours is over the same engine, round by round. */
function advantageOver({ operation, contestant, samples }: Row): number {
  const ours = rows.find(
    (row) =>
      row.operation === operation &&
      row.contestant.isOurs &&
      row.contestant.engine === contestant.engine,
  )!
  return median(samples.map(({ perSecond }, round) => ours.samples[round]!.perSecond / perSecond))
}
