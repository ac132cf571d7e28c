/**
 * How close log-in and sign-up come to the bare rate of password hashes, which is their floor. Goal:
 * 90 % of it or more, on the same two cores, with the load's cost included.
 *
 *   node bench/hashing.ts [--rounds 5] [--seconds 4]
 *
 * The bare rate is that of the same library and parameters with one hash in flight for each core.
 */
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createBareHasher } from './harness/bare-hasher.ts'
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
import { cpuSecondsOf, watchForeignCpu } from './harness/foreign-cpu.ts'
import { sdkHeaders } from './harness/http-client.ts'
import { PASSWORD, seedFolder } from './harness/seed.ts'
import { API_KEY, buildServer, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk, runWrk, writeRequests } from './harness/wrk.ts'

const CORES = ['0', '1']
const CLIENTS = 16

/** More than any machine does. */
const HASHES_A_SECOND = 1_000

const GOAL = 0.9

interface System {
  name: string
  inFlight: number
  /** Does it for a while; gives how often, and how often a second. */
  run(): Promise<Run>
  samples: Sample[]
}

interface Run {
  done: number
  perSecond: number
}

interface Sample {
  perSecond: number
  /** What the server and the load took together for one. */
  cpuMs: number
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
})
const seconds = Number(options.seconds)

requireWrk()
keepToCores(CORES.join(','))
const bare = await createBareHasher()
buildServer()
const folder = makeTemporaryFolder()
const users = await seedFolder(folder, 1_000)
const server = await startServer(folder, CORES.join(','))
try {
  const systems = createSystems()
  const foreign = await measure(systems)
  report(systems, foreign)
} finally {
  await server.stop()
}

function createSystems(): System[] {
  const login = (n: number) => ({ username: users[n % users.length]!.username })
  const signup = (n: number) => ({ username: `new-${n}` })
  const inFlight = CORES.length
  return [
    { name: 'bare argon2id', inFlight, run: () => runBare(inFlight), samples: [] },
    { name: 'auth:login', inFlight: CLIENTS, run: calls('auth:login', login), samples: [] },
    { name: 'auth:signup', inFlight: CLIENTS, run: calls('auth:signup', signup), samples: [] },
  ]
}

/** One hash in flight for each core: more of them get in each other's way. */
async function runBare(inFlight: number): Promise<Run> {
  const end = performance.now() + seconds * 1_000
  let done = 0
  async function client(): Promise<void> {
    while (performance.now() < end) {
      await bare.hash(PASSWORD)
      done += 1
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: inFlight }, client))
  return { done, perSecond: (done * 1_000) / (performance.now() - started) }
}

/** Calls an action, each time with login ids that it was not called with before. */
function calls(
  action: string,
  authData: (n: number) => Record<string, string>,
): () => Promise<Run> {
  const requestFile = path.join(folder, 'requests')
  const url = `${server.url}/${action.replace(':', '/')}`
  let called = 0
  return async () => {
    const requests = Array.from({ length: HASHES_A_SECOND * seconds }, () => {
      const auth_data = authData(called++)
      const body = { action, api_key: API_KEY, auth_data, password: PASSWORD }
      return postRequest(url, sdkHeaders(undefined), body)
    })
    writeRequests(requestFile, requests)
    const cores = CORES.join(',')
    const load = { url, requestFile, connections: CLIENTS, seconds, cores }
    const { requests: done, perSecond } = await runWrk(load)
    return { done, perSecond }
  }
}

/** Gives the largest share of the machine that other work took. */
async function measure(systems: System[]): Promise<number> {
  let foreign = 0
  // The first round warms up.
  for (let round = 0; round <= Number(options.rounds); round += 1) {
    for (const system of systems) {
      const endWatch = watchForeignCpu([server.pid])
      const measured = await sample(system)
      // What wrk left behind in the server's queue must not count for the next.
      await wait(1_000)
      if (round === 0) continue
      system.samples.push(measured)
      foreign = Math.max(foreign, endWatch())
    }
  }
  return foreign
}

async function sample({ run }: System): Promise<Sample> {
  const cpuSeconds = () => cpuSecondsOf(process.pid) + cpuSecondsOf(server.pid)
  const before = cpuSeconds()
  const { done, perSecond } = await run()
  return { perSecond, cpuMs: ((cpuSeconds() - before) * 1_000) / done }
}

function report(systems: System[], foreign: number): void {
  printMachine()
  const bare = systems[0]!.samples
  printTable(
    ['work', 'in flight', 'a second', 'min–max', 'of bare', 'CPU ms each'],
    systems.map(({ name, inFlight, samples }) => {
      const rates = samples.map(({ perSecond }) => perSecond)
      return [
        name,
        String(inFlight),
        figure(median(rates)),
        spread(rates),
        percent(shareOf(samples, bare)),
        figure(median(samples.map(({ cpuMs }) => cpuMs))),
      ]
    }),
  )
  console.log(
    `\nOn cores ${CORES.join(' and ')}, ` +
      `${options.rounds} rounds of ${seconds} s. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  const reached = systems.every(({ samples }) => shareOf(samples, bare) >= GOAL)
  console.log(`Goal, both ≥ ${percent(GOAL)} of bare: ${verdict(reached)}.`)
}

/** Round by round, since the machine's speed changes from one to the next. */
function shareOf(samples: Sample[], bare: Sample[]): number {
  return median(samples.map(({ perSecond }, round) => perSecond / bare[round]!.perSecond))
}
