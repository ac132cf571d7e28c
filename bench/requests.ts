/**
 * How many requests a second one server process on one core answers, beside a bare node:http server
 * that parses and echoes JSON. Goal: `me` at half the rate of the echo or more.
 *
 *   node bench/requests.ts [--users 1000] [--rounds 5] [--seconds 3] [--only me]
 *
 * The servers are on core 0, wrk is on core 1. The systems are measured in turn within each round.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import {
  figure,
  median,
  percent,
  printMachine,
  printTable,
  spread,
  verdict,
} from './harness/figures.ts'
import { cpuSecondsOf, watchForeignCpu } from './harness/foreign-cpu.ts'
import { callAction, sdkHeaders } from './harness/http-client.ts'
import { openFolder, type SeededUser, seedFolder, seedSessions } from './harness/seed.ts'
import {
  API_KEY,
  buildServer,
  type ServerProcess,
  startEchoServer,
  startServer,
} from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk, runWrk, type Sample, writeRequests } from './harness/wrk.ts'

const SERVER_CORE = '0'
const LOAD_CORE = '1'
const CONNECTIONS = 64

/** Requests that wrk cycles through, so that tokens come in random order. */
const REQUESTS = 20_000

/** More sessions than a round can log out a second. */
const LOGOUTS_A_SECOND = 15_000

const GOAL = 0.5

interface System {
  name: string
  process: ServerProcess
  /** Called before each round, outside the measured time. */
  requests(): Promise<string[]> | string[]
  samples: ServerSample[]
}

interface ServerSample extends Sample {
  /** What the server's process took for one request. */
  cpuMicros: number
}

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const seconds = Number(options.seconds)

requireWrk()
buildServer()
const folder = makeTemporaryFolder()
const users = await seedFolder(folder, Number(options.users))
const tables = await openFolder(folder)
const server = await startServer(folder, SERVER_CORE)
const echo = await startEchoServer(SERVER_CORE)
try {
  await checkAnswers()
  const systems = createSystems()
  const foreign = await measure(systems)
  report(systems, foreign)
} finally {
  await Promise.all([server.stop(), echo.stop(), tables.close()])
}

/** An item of `record:save` can fail although the answer is a success. */
async function checkAnswers(): Promise<void> {
  const [user] = users
  const credentials = { access_token: user!.token }
  await callAction(server.url, 'me', credentials)
  const save = { ...credentials, ...nicknameOf(user!, 'Ann') }
  const { result } = await callAction(server.url, 'record:save', save)
  if (JSON.stringify(result).includes('"_type":"error"')) throw new Error(JSON.stringify(result))
}

function createSystems(): System[] {
  const greeting = { action: 'echo', message: 'The quick brown fox jumps over the lazy dog.', n: 1 }
  const body = { ...greeting, padding: 'x'.repeat(6) }
  const echoed = postRequest(echo.url, { 'Content-Type': 'application/json' }, body)
  const systems = [
    system('bare node:http echo', echo, () => [echoed]),
    system('me', server, () => pick((user) => action('me', user.token))),
    system('record:save of a nickname', server, () =>
      pick((user, n) => action('record:save', user.token, nicknameOf(user, `Ann ${n}`))),
    ),
    system('auth:logout', server, async () => {
      const tokens = await seedSessions(tables, users, LOGOUTS_A_SECOND * seconds)
      return tokens.map((token) => action('auth:logout', token))
    }),
  ]
  return systems.filter(({ name }, at) => at === 0 || name.startsWith(options.only ?? ''))
}

function system(name: string, process: ServerProcess, requests: System['requests']): System {
  return { name, process, requests, samples: [] }
}

/** Requests of users at random. */
function pick(requestOf: (user: SeededUser, n: number) => string): string[] {
  return Array.from({ length: REQUESTS }, (_, n) => {
    return requestOf(users[Math.floor(Math.random() * users.length)]!, n)
  })
}

function action(name: string, token: string, input: Record<string, unknown> = {}): string {
  const url = `${server.url}/${name.replaceAll(':', '/')}`
  const body = { action: name, api_key: API_KEY, access_token: token, ...input }
  return postRequest(url, sdkHeaders(token), body)
}

function nicknameOf({ id }: SeededUser, nickname: string): Record<string, unknown> {
  return { database_id: '_public', records: [{ _id: `user/${id}`, _type: 'record', nickname }] }
}

/** Gives the largest share of the machine that other work took. */
async function measure(systems: System[]): Promise<number> {
  const requestFile = path.join(folder, 'requests')
  let foreign = 0
  // The first round warms up.
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const { process, requests, samples } of systems) {
      writeRequests(requestFile, await requests())
      const endWatch = watchForeignCpu([server.pid, echo.pid])
      const sample = await load(process, requestFile)
      if (round === 0) continue
      samples.push(sample)
      foreign = Math.max(foreign, endWatch())
    }
  }
  return foreign
}

async function load({ url, pid }: ServerProcess, requestFile: string): Promise<ServerSample> {
  const before = cpuSecondsOf(pid)
  const cores = LOAD_CORE
  const sample = await runWrk({ url, requestFile, connections: CONNECTIONS, seconds, cores })
  const cpuSeconds = cpuSecondsOf(pid) - before
  return { ...sample, cpuMicros: (cpuSeconds * 1_000_000) / sample.requests }
}

function report(systems: System[], foreign: number): void {
  printMachine()
  const base = systems[0]!.samples
  const rows = systems.map(({ name, samples }) => {
    const rates = samples.map(({ perSecond }) => perSecond)
    return [
      name,
      figure(median(rates)),
      spread(rates),
      percent(share(samples, base, ({ perSecond }) => perSecond)),
      figure(median(samples.map(({ cpuMicros }) => cpuMicros))),
      figure(median(samples.map(({ p50Ms }) => p50Ms))),
      figure(median(samples.map(({ p99Ms }) => p99Ms))),
    ]
  })
  printTable(
    ['request', 'a second', 'min–max', 'of the echo', 'CPU µs each', 'p50 ms', 'p99 ms'],
    rows,
  )
  console.log(
    `\n${figure(users.length)} users, ` +
      `${CONNECTIONS} connections, ${options.rounds} rounds of ${seconds} s. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  const me = systems.find(({ name }) => name === 'me')
  if (!me) return
  const byRate = share(me.samples, base, ({ perSecond }) => perSecond)
  const byCpu = share(me.samples, base, ({ cpuMicros }) => 1 / cpuMicros)
  console.log(
    `Goal, me ≥ ${percent(GOAL)} of the echo: ${verdict(byRate >= GOAL)} ` +
      `(${percent(byRate)} by the rate, ${percent(byCpu)} by the CPU time).`,
  )
}

/** Round by round, since the machine's speed changes from one to the next. */
function share(
  samples: ServerSample[],
  base: ServerSample[],
  worth: (sample: ServerSample) => number,
): number {
  return median(samples.map((sample, round) => worth(sample) / worth(base[round]!)))
}
