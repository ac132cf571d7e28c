/**
 * Whether an owner gets in while others guess the password: 1,000 wrong log-ins a minute for one
 * account, from 200 addresses. Goal: each log-in from the known device within 2 s.
 *
 *   node e2e/under-attack/run.ts [--engine sqlite|postgres] [--guesses 1000] [--addresses 200]
 *     [--per-minute 1000]
 */
import { parseArgs } from 'node:util'
import { createDatabase, ENGINES } from '../database.ts'
import { BUILT, buildServer, startServerProcess } from '../server-process.ts'
import { attackAccount } from './attack-account.ts'

const GOAL_MS = 2_000

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    guesses: { type: 'string', default: '1000' },
    addresses: { type: 'string', default: '200' },
    'per-minute': { type: 'string', default: '1000' },
  },
})
const engine = ENGINES.find((each) => each === options.engine)
if (!engine) throw new Error('--engine is sqlite or postgres.')
process.once('SIGINT', () => process.exit(130))
buildServer()
const database = await createDatabase(engine)
const server = await startServerProcess({
  program: BUILT,
  databaseUrl: database.url,
  settings: { RATE_LIMIT: 'on', TRUSTED_PROXIES: '127.0.0.1' },
})
let isGood = false
try {
  const siege = await attackAccount({
    server,
    guesses: Number(options.guesses),
    addresses: Number(options.addresses),
    perMinute: Number(options['per-minute']),
  })
  for (const answer of [...siege.wrong, ...siege.ownerRefused].slice(0, 10)) {
    console.log(JSON.stringify(answer))
  }
  const slowest = Math.max(...siege.ownerMs)
  console.log(
    `${siege.guesses} guesses on ${engine}, ${siege.checked} of them checked; ` +
      `the owner logged in ${siege.ownerMs.length - siege.ownerRefused.length} of ` +
      `${siege.ownerMs.length} times, in ${Math.round(slowest)} ms at most`,
  )
  isGood = siege.wrong.length + siege.ownerRefused.length === 0 && slowest <= GOAL_MS
} finally {
  await server.kill()
  await database.remove()
}
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(isGood ? 0 : 1)
