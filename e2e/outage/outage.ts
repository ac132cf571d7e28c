import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Database } from '../database.ts'
import type { HttpAnswer } from '../send-request.ts'
import { type ServerProcess, startServerProcess } from '../server-process.ts'
import { authResultOf, call, isUnavailable, signUp } from '../wire.ts'

/** A call of a client during the test, with times in Unix milliseconds. */
export interface Call {
  client: string
  name: string
  startedAt: number
  endedAt: number
  /** What was wrong with a success, or with a refusal. */
  wrong?: unknown
  /** Refused as promised: 503, to be tried again. */
  isRefused: boolean
}

/** What the apps are left with. */
export interface AppEnd {
  isSignedIn: boolean
  /** Times the app was told that nobody is logged in. */
  signedOut: number
  /** The record holds what was last acknowledged, or what was sent after that. */
  isKept: boolean
}

export interface Outage {
  calls: number
  refused: number
  wrong: Call[]
  /** Refusals of calls that were sent when the database had been back for two seconds. */
  refusedLate: Call[]
  /** From the return of the database to the start of the last call that was refused, seconds. */
  recoverySeconds: number
  /** The longest that a refusal took, seconds. */
  slowestRefusalSeconds: number
  /** What health said while the database was away. */
  healthWhileAway: number[]
  apps: { published: AppEnd; ours: AppEnd }
}

interface OutagePlan {
  database: Database
  /** See `startServerProcess`. */
  program: string
  workers?: number
  /** How long the database is away. */
  awayMs: number
  /** `stop` as an operator does it, `kill` as a power cut does. */
  how: 'stop' | 'kill'
}

const PASSWORD = 'correct horse battery'

/** Before the outage, and after it beyond the time that recovery may take. */
const CALM_MS = 1_000

const RECOVERY_MS = 2_000

/** Health is told of a connection's end a moment later. */
const NOTICE_MS = 200

/** Takes PostgreSQL away from a server under the load of both SDKs and of bare requests. */
export async function outageUnderLoad(plan: OutagePlan): Promise<Outage> {
  const { database, awayMs } = plan
  const postgres = database.postgres!
  const server = await startServerProcess({ ...plan, databaseUrl: database.url })
  const calls: Call[] = []
  const apps: ChildProcess[] = []
  try {
    for (const sdk of ['published', 'ours']) apps.push(await startApp(sdk, server, calls))
    const stopRequests = await startRequests(server, calls)
    await sleep(CALM_MS)
    const goneAt = Date.now()
    await postgres[plan.how]()
    await sleep(awayMs)
    const returnsAt = Date.now()
    await postgres.start()
    const backAt = Date.now()
    await sleep(RECOVERY_MS + CALM_MS)
    await stopRequests()
    const [published, ours] = await Promise.all(apps.map(endOf))
    return {
      ...judge(calls, { goneAt, returnsAt, backAt }),
      apps: { published: published!, ours: ours! },
    }
  } catch (error) {
    throw new Error(`The server said:\n${server.log.slice(-5_000)}`, { cause: error })
  } finally {
    for (const app of apps) app.kill('SIGKILL')
    await server.kill()
  }
}

interface Times {
  goneAt: number
  /** When it was started again, and when it took connections. */
  returnsAt: number
  backAt: number
}

function judge(calls: Call[], { goneAt, returnsAt, backAt }: Times): Omit<Outage, 'apps'> {
  const refused = calls.filter(({ isRefused }) => isRefused)
  const early = refused.filter(({ endedAt }) => endedAt < goneAt)
  const lastRefusal = Math.max(backAt, ...refused.map(({ startedAt }) => startedAt))
  return {
    calls: calls.length,
    refused: refused.length,
    wrong: [...calls.filter(({ wrong }) => wrong !== undefined), ...early],
    refusedLate: refused.filter(({ startedAt }) => startedAt > backAt + RECOVERY_MS),
    recoverySeconds: (lastRefusal - backAt) / 1_000,
    slowestRefusalSeconds:
      Math.max(0, ...refused.map(({ startedAt, endedAt }) => endedAt - startedAt)) / 1_000,
    healthWhileAway: calls
      .filter(({ name, startedAt, endedAt }) => {
        const isAway = startedAt > goneAt + NOTICE_MS && endedAt < returnsAt
        return name === 'health' && isAway
      })
      .map(({ isRefused }) => (isRefused ? 503 : 200)),
  }
}

type Message = { kind: 'ready' } | AppMessage | ({ kind: 'end' } & AppEnd)

interface AppMessage {
  kind: 'call'
  name: string
  startedAt: number
  endedAt: number
  isRight?: boolean
  failure?: { status: number; code: number; name: string }
}

async function startApp(sdk: string, server: ServerProcess, calls: Call[]): Promise<ChildProcess> {
  const app = fork(fileURLToPath(new URL('sdk-app.mjs', import.meta.url)), [
    sdk,
    `${server.url}/`,
    server.apiKey,
    `${sdk}-${Date.now()}`,
    PASSWORD,
  ])
  app.on('message', (message: Message) => {
    if (message.kind !== 'call') return
    const { name, startedAt, endedAt, isRight, failure } = message
    const isRefused = failure?.status === 503 && failure.code !== 104 && failure.code > 0
    const wrong = isRight || isRefused ? {} : { wrong: failure ?? 'a wrong success' }
    calls.push({ client: sdk, name, startedAt, endedAt, isRefused, ...wrong })
  })
  await nextMessage(app, 'ready')
  return app
}

async function endOf(app: ChildProcess): Promise<AppEnd> {
  app.send('stop')
  const { kind: _, ...end } = (await nextMessage(app, 'end')) as { kind: 'end' } & AppEnd
  return end
}

/** Rejects when the app ends without having sent one of this kind. */
function nextMessage(app: ChildProcess, kind: Message['kind']): Promise<Message> {
  return new Promise((resolve, reject) => {
    app.on('message', (message: Message) => {
      if (message.kind === kind) resolve(message)
    })
    app.once('exit', () => reject(new Error('An app ended by itself.')))
  })
}

/** Requests whose answers are looked at whole; between two of a kind at most this long. */
const PAUSE_MS = 30

async function startRequests(server: ServerProcess, calls: Call[]): Promise<() => Promise<void>> {
  const username = `amy-${Date.now()}`
  const { user_id: userId, access_token: token } = await signUp(server, { username }, PASSWORD)
  const isOwn = (answer: HttpAnswer) => authResultOf(answer).user_id === userId
  let isOver = false
  const repeat = async (
    name: string,
    action: string,
    body: Record<string, unknown>,
    isRight: (answer: HttpAnswer) => boolean,
  ) => {
    while (!isOver) {
      const startedAt = Date.now()
      const answer = await call(server, action, body)
      const isRefused = isUnavailable(answer)
      const isWrong = !isRefused && !(answer.status === 200 && isRight(answer))
      const wrong = isWrong ? { wrong: answer } : {}
      calls.push({ client: 'http', name, startedAt, endedAt: Date.now(), isRefused, ...wrong })
      await sleep(PAUSE_MS)
    }
  }
  const records = [{ _id: 'note/1', text: 'hello' }]
  const running = [
    repeat('me', 'me', { access_token: token }, isOwn),
    repeat('log-in', 'auth:login', { auth_data: { username }, password: PASSWORD }, isOwn),
    repeat(
      'save',
      'record:save',
      { access_token: token, database_id: '_private', records },
      ({ body }) => JSON.stringify(body).includes('"text":"hello"'),
    ),
    repeat('health', '_status:healthz', {}, () => true),
  ]
  return async () => {
    isOver = true
    await Promise.all(running)
  }
}
