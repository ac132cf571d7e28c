/**
 * Whether the answer of `user:forgot-password`, or its time, tells who has an account. Known and
 * unknown addresses are asked for in pairs, in random order. Goal: the same status and body, and
 * times of which nobody can say which is which: an area under the ROC curve of 0.45 to 0.55.
 *
 *   node bench/enumeration.ts [--pairs 2000] [--users 200]
 *
 * Also taken is the time of another request right after: what the server does behind the answer
 * could tell as well.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { keepToCores } from './harness/cores.ts'
import { figure, median, printMachine, printTable, verdict } from './harness/figures.ts'
import { callAction } from './harness/http-client.ts'
import { buildServer, startMailSink, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'

const LEAST = 0.45
const MOST = 0.55

/** Before anything is measured. */
const WARM_UP_PAIRS = 200

interface Times {
  itself: number[]
  next: number[]
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
const server = await startServer(makeTemporaryFolder(), '0', {
  RATE_LIMIT: 'off',
  SMTP_URL: mailSink.url,
  MAIL_FROM: 'no-reply@example.com',
  PUBLIC_URL: 'https://auth.example.com',
})
const answers = new Set<string>()
try {
  const emails = await signUp(Number(options.users))
  const known: Times = { itself: [], next: [] }
  const unknown: Times = { itself: [], next: [] }
  for (let pair = -WARM_UP_PAIRS; pair < pairs; pair++) {
    const turns = [
      { email: emails[randomInt(emails.length)]!, times: known },
      { email: `${randomUUID().slice(0, 13)}@example.com`, times: unknown },
    ]
    if (randomInt(2) === 1) turns.reverse()
    for (const { email, times } of turns) {
      const itself = await time(() => ask(email))
      const next = await time(() => fetch(`${server.url}/_status/healthz`))
      if (pair < 0) continue
      times.itself.push(itself)
      times.next.push(next)
    }
  }
  report(known, unknown)
} finally {
  await server.stop()
  await mailSink.stop()
}

/** Addresses as long as the unknown ones. */
async function signUp(count: number): Promise<string[]> {
  const emails = Array.from({ length: count }, () => `${randomUUID().slice(0, 13)}@example.com`)
  for (const email of emails) {
    await callAction(server.url, 'auth:signup', {
      auth_data: { email },
      password: 'correct horse battery',
    })
  }
  return emails
}

async function ask(email: string): Promise<void> {
  const response = await fetch(`${server.url}/user/forgot-password`, {
    method: 'POST',
    body: JSON.stringify({ args: { email } }),
  })
  answers.add(`${response.status} ${await response.text()}`)
}

/** Milliseconds. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

function report(known: Times, unknown: Times): void {
  printMachine()
  const rows = (['itself', 'next'] as const).map((which) => [
    which === 'itself' ? 'user:forgot-password' : 'the request after it',
    figure(median(known[which])),
    figure(median(unknown[which])),
    areaUnderCurve(known[which], unknown[which]).toFixed(3),
  ])
  printTable(['request', 'known, median ms', 'unknown, median ms', 'ROC-AUC'], rows)
  const area = areaUnderCurve(known.itself, unknown.itself)
  const isSame = answers.size === 1
  console.log(`\nAnswers seen: ${[...answers].join(' · ').replaceAll('\n', '')}`)
  console.log(
    `Goal, one answer and an area of ${LEAST} to ${MOST}: ${verdict(isSame && area >= LEAST && area <= MOST)}`,
  )
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
