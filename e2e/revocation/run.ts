/**
 * How often a token was let in after its end was acknowledged by another process:
 *
 *   node e2e/revocation/run.ts [--engine sqlite|postgres] [--tokens 2000] [--workers 2]
 *     [--token-store opaque|jwt] [--seed 1]
 *
 * Two processes over one database, or with `--workers` one server and its workers. Tokens end by
 * log-out, by a password change, or because the user is disabled.
 */
import { parseArgs } from 'node:util'
import { createDatabase, ENGINES } from '../database.ts'
import { BUILT, buildServer, startServerProcess } from '../server-process.ts'
import { revokeEverywhere } from './revoke-everywhere.ts'

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    tokens: { type: 'string', default: '2000' },
    workers: { type: 'string' },
    'token-store': { type: 'string', default: 'opaque' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const engine = ENGINES.find((each) => each === options.engine)
if (!engine) throw new Error('--engine is sqlite or postgres.')
process.once('SIGINT', () => process.exit(130))
buildServer()
const database = await createDatabase(engine)
const start = () =>
  startServerProcess({
    program: BUILT,
    databaseUrl: database.url,
    workers: Number(options.workers ?? 0),
    settings: { TOKEN_STORE: options['token-store'] },
  })
const servers = options.workers ? [await start()] : await Promise.all([start(), start()])
console.log(
  `${options['token-store']} tokens on ${engine}, ` +
    `${options.workers ? `${options.workers} workers` : 'two processes'}, seed ${options.seed}`,
)
let isGood = false
try {
  const plan = { servers, tokens: Number(options.tokens), seed: Number(options.seed) }
  const { tokens, requests, letIn, wrong } = await revokeEverywhere(plan)
  for (const exchange of [...letIn, ...wrong].slice(0, 10)) console.log(JSON.stringify(exchange))
  console.log(
    `${tokens} tokens ended; of ${requests} requests that were sent after that, ` +
      `${letIn.length} were let in; ${wrong.length} wrong answers`,
  )
  isGood = letIn.length === 0 && wrong.length === 0
} finally {
  await Promise.all(servers.map((server) => server.kill()))
  await database.remove()
}
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(isGood ? 0 : 1)
