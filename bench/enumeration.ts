/**
 * Whether the answer of `user:forgot-password` or `auth:login`, or its time, tells who has an account.
 * Known and unknown ones are asked for in pairs, in random order. Goal: the same status and body, and
 * times of which nobody can say which is which: an area under the ROC curve of 0.45 to 0.55.
 *
 *   node bench/enumeration.ts [--pairs 2000] [--users 200]
 *
 * Also taken is the time of another request right after: what the server does behind the answer could
 * tell as well. Log-ins are of users with a wrong password, disabled users and users without a password,
 * each against names that nobody has, with ENUMERATION=strict.
 */
import { randomInt, randomUUID } from 'node:crypto'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { keepToCores } from './harness/cores.ts'
import { figure, median, printMachine, printTable, verdict } from './harness/figures.ts'
import { callAction } from './harness/http-client.ts'
import { API_KEY, buildServer, startMailSink, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'

const LEAST = 0.45
const MOST = 0.55

/** Before anything is measured. */
const WARM_UP_PAIRS = 200

interface Times {
  itself: number[]
  next: number[]
}

/** One kind of account that somebody may want to find. */
interface Target {
  name: string
  ask(email: string): Promise<string>
  emails: string[]
}

interface Outcome {
  target: string
  known: Times
  unknown: Times
  /** Status and body, each once. */
  answers: Set<string>
}

const { values: options } = parseArgs({
  options: {
    pairs: { type: 'string', default: '2000' },
    users: { type: 'string', default: '200' },
  },
})
const pairs = Number(options.pairs)

keepToCores('1')
buildServer()
const mailSink = await startMailSink('1')
const folder = makeTemporaryFolder()
const server = await startServer(folder, '0', {
  RATE_LIMIT: 'off',
  ENUMERATION: 'strict',
  SMTP_URL: mailSink.url,
  MAIL_FROM: 'no-reply@example.com',
  PUBLIC_URL: 'https://auth.example.com',
})
try {
  const outcomes: Outcome[] = []
  for (const target of await createTargets(Number(options.users))) {
    outcomes.push(await measure(target))
  }
  report(outcomes)
} finally {
  await server.stop()
  await mailSink.stop()
}

async function createTargets(users: number): Promise<Target[]> {
  const disabled = await signUp(users)
  runSql('update account set disabled = 1')
  const passwordless = await signUp(users)
  runSql('update account set password_hash = null where disabled = 0')
  const emails = await signUp(users)
  return [
    { name: 'user:forgot-password', ask: forgotPassword, emails },
    { name: 'auth:login, wrong password', ask: logIn, emails },
    { name: 'auth:login, disabled', ask: logIn, emails: disabled },
    { name: 'auth:login, no password', ask: logIn, emails: passwordless },
  ]
}

async function measure({ name, ask, emails }: Target): Promise<Outcome> {
  const answers = new Set<string>()
  const known: Times = { itself: [], next: [] }
  const unknown: Times = { itself: [], next: [] }
  for (let pair = -WARM_UP_PAIRS; pair < pairs; pair++) {
    const turns = [
      { email: emails[randomInt(emails.length)]!, times: known },
      { email: someEmail(), times: unknown },
    ]
    if (randomInt(2) === 1) turns.reverse()
    for (const { email, times } of turns) {
      const itself = await time(async () => answers.add(await ask(email)))
      const next = await time(() => fetch(`${server.url}/_status/healthz`))
      if (pair < 0) continue
      times.itself.push(itself)
      times.next.push(next)
    }
  }
  return { target: name, known, unknown, answers }
}

async function signUp(count: number): Promise<string[]> {
  const emails = Array.from({ length: count }, someEmail)
  for (const email of emails) {
    await callAction(server.url, 'auth:signup', {
      auth_data: { email },
      password: 'correct horse battery',
    })
  }
  return emails
}

/** All are of the same length. */
function someEmail(): string {
  return `${randomUUID().slice(0, 13)}@example.com`
}

function runSql(statement: string): void {
  const database = new DatabaseSync(path.join(folder, 'skygear.db'), { timeout: 5_000 })
  database.exec(statement)
  database.close()
}

function forgotPassword(email: string): Promise<string> {
  return post('/user/forgot-password', { args: { email } })
}

function logIn(email: string): Promise<string> {
  return post('/auth/login', {
    api_key: API_KEY,
    auth_data: { email },
    password: 'wrong horse battery',
  })
}

async function post(path: string, body: object): Promise<string> {
  const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })
  return `${response.status} ${(await response.text()).trim()}`
}

/** Milliseconds. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function report(outcomes: Outcome[]): void {
  printMachine()
  const rows = outcomes.flatMap(({ target, known, unknown }) =>
    (['itself', 'next'] as const).map((which) => [
      which === 'itself' ? target : 'the request after it',
      figure(median(known[which])),
      figure(median(unknown[which])),
      areaUnderCurve(known[which], unknown[which]).toFixed(3),
    ]),
  )
  printTable(['request', 'known, median ms', 'unknown, median ms', 'ROC-AUC'], rows)
  for (const { target, answers, known, unknown } of outcomes) {
    const area = areaUnderCurve(known.itself, unknown.itself)
    const isReached = answers.size === 1 && area >= LEAST && area <= MOST
    console.log(`\n${target} answers: ${[...answers].join(' · ')}`)
    console.log(`Goal, one answer and an area of ${LEAST} to ${MOST}: ${verdict(isReached)}`)
  }
}

/** How often a time of the first list is the longer one of a pair, by the sum of ranks. */
function areaUnderCurve(positives: number[], negatives: number[]): number {
  const all = [
    ...positives.map((value) => ({ value, isPositive: true })),
    ...negatives.map((value) => ({ value, isPositive: false })),
  ].sort((a, b) => a.value - b.value)
  let rankSum = 0
  for (const [index, { isPositive }] of all.entries()) if (isPositive) rankSum += index + 1
  const least = (positives.length * (positives.length + 1)) / 2
  return (rankSum - least) / (positives.length * negatives.length)
}
