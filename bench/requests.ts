/**
 * How many requests a second one server process on one core answers, beside a bare node:http server
 * that parses and echoes JSON. Goal: `me` at half the rate of the echo or more.
 *
 *   node bench/requests.ts [--users 1000] [--rounds 5] [--seconds 3] [--only me]
 *
 * The servers are on core 0, wrk is on core 1. The systems are measured in turn within each round.
 */
import { parseArgs } from 'node:util'
import { figure, percent, printMachine, verdict } from './harness/figures.ts'
import { callAction, sdkHeaders } from './harness/http-client.ts'
import {
  CONNECTIONS,
  echoSystem,
  measureInTurn,
  printSystems,
  REQUESTS,
  SERVER_CORE,
  type System,
  share,
  system,
} from './harness/rounds.ts'
import { openFolder, type SeededUser, seedFolder, seedSessions } from './harness/seed.ts'
import { API_KEY, buildServer, startEchoServer, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk } from './harness/wrk.ts'

/** More sessions than a round can log out a second. */
const LOGOUTS_A_SECOND = 15_000

const GOAL = 0.5

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
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
  const foreign = await measureInTurn(systems, { rounds, seconds, pids: [server.pid, echo.pid] })
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
  const systems = [
    echoSystem(echo),
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

function report(systems: System[], foreign: number): void {
  printMachine()
  printSystems(systems)
  console.log(
    `\n${figure(users.length)} users, ` +
      `${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s. ` +
      `Other work took at most ${percent(foreign)} of the machine.`,
  )
  const base = systems[0]!.samples
  const me = systems.find(({ name }) => name === 'me')
  if (!me) return
  const byRate = share(me.samples, base, ({ perSecond }) => perSecond)
  const byCpu = share(me.samples, base, ({ cpuMicros }) => 1 / cpuMicros)
  console.log(
    `Goal, me ≥ ${percent(GOAL)} of the echo: ${verdict(byRate >= GOAL)} ` +
      `(${percent(byRate)} by the rate, ${percent(byCpu)} by the CPU time).`,
  )
}
