import { parseArgs } from 'node:util'
import { ENGINES } from '../database.ts'
import { BUILT, buildServer } from '../server-process.ts'
import { crashRounds } from './crash-rounds.ts'
import type { Victim } from './storm.ts'

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '100' },
    workers: { type: 'string', default: '0' },
    kill: { type: 'string', default: 'server' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const engine = ENGINES.find((each) => each === options.engine)
if (!engine || !['server', 'database'].includes(options.kill)) {
  throw new Error('--engine is sqlite or postgres, and --kill is server or database.')
}
const plan = {
  engine,
  rounds: Number(options.rounds),
  workers: Number(options.workers),
  victim: options.kill as Victim,
  seed: Number(options.seed),
}
process.once('SIGINT', () => process.exit(130))
buildServer()
console.log(
  `${plan.rounds} rounds on ${engine}, killing the ${plan.victim}, ` +
    `${plan.workers} workers, seed ${plan.seed}`,
)
const ledger = await crashRounds({
  ...plan,
  program: BUILT,
  onRound(round, { users, acknowledged, refused, foundDone, foundUndone }) {
    if (round % 10 > 0 && round < plan.rounds) return
    console.log(
      `round ${round}: ${users.length} users, ${acknowledged} changes acknowledged, ` +
        `${refused} refused, ${foundDone + foundUndone} in doubt: ` +
        `${foundDone} found done, ${foundUndone} found not done`,
    )
  },
})
for (const fault of ledger.faults) console.log(JSON.stringify(fault, null, 2))
console.log(`${ledger.faults.length} faults`)
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(ledger.faults.length > 0 ? 1 : 0)
