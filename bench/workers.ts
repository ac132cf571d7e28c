/**
 * What a second process adds: `me` of `serve --workers 2` beside one process, over one database of
 * its own each. Goal: 1.6 times the rate or, since wrk takes its part of the two cores, 0.9 times
 * the requests of a second of the server's CPU time.
 *
 *   node bench/workers.ts [--workers 2] [--users 1000] [--rounds 5] [--seconds 4]
 *
 * Servers and wrk share all cores. The two are measured in turn within each round.
 */
import { parseArgs } from 'node:util'
import { figure, percent, printMachine, verdict } from './harness/figures.ts'
import { sdkHeaders } from './harness/http-client.ts'
import {
  CONNECTIONS,
  measureInTurn,
  printSystems,
  REQUESTS,
  type System,
  share,
  system,
} from './harness/rounds.ts'
import { type SeededUser, seedFolder } from './harness/seed.ts'
import { API_KEY, buildServer, type ServerProcess, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk } from './harness/wrk.ts'

const CORES = '0,1'

const GOALS = { rate: 1.6, cpu: 0.9 }

const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    users: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
  },
})
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)

requireWrk()
buildServer()
const one = await start([])
const many = await start(['--workers', options.workers])
try {
  const systems = [one.system, many.system]
  const foreign = await measureInTurn(systems, { rounds, seconds, loadCores: CORES })
  report(systems, foreign)
} finally {
  await Promise.all([one.server.stop(), many.server.stop()])
}

async function start(args: string[]): Promise<{ server: ServerProcess; system: System }> {
  const folder = makeTemporaryFolder()
  const users = await seedFolder(folder, Number(options.users))
  const server = await startServer(folder, CORES, {}, args)
  const name = `me, serve ${args.join(' ')}`.trim()
  return { server, system: system(name, server, () => requestsOf(server, users)) }
}

function requestsOf({ url }: ServerProcess, users: SeededUser[]): string[] {
  return Array.from({ length: REQUESTS }, () => {
    const { token } = users[Math.floor(Math.random() * users.length)]!
    const body = { action: 'me', api_key: API_KEY, access_token: token }
    return postRequest(`${url}/me`, sdkHeaders(token), body)
  })
}

function report([single, several]: System[], foreign: number): void {
  printMachine()
  printSystems([single!, several!])
  console.log(
    `\n${options.users} users, ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  const byRate = share(several!.samples, single!.samples, ({ perSecond }) => perSecond)
  const byCpu = share(several!.samples, single!.samples, ({ cpuMicros }) => 1 / cpuMicros)
  console.log(
    `Goal, ${GOALS.rate} × the rate or ${GOALS.cpu} × the requests per CPU second: ` +
      `${verdict(byRate >= GOALS.rate || byCpu >= GOALS.cpu)} ` +
      `(${figure(byRate)} × and ${figure(byCpu)} ×).`,
  )
}
