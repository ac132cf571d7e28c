/**
 * SIGTERM under load, again and again:
 *
 *   node e2e/drain/run.ts [--engine sqlite|postgres] [--rounds 20] [--workers 2]
 *
 * Which requests count as accepted: see drain.ts.
 */
import { parseArgs } from 'node:util'
import { createDatabase, ENGINES } from '../database.ts'
import { BUILT, buildServer } from '../server-process.ts'
import { drainUnderLoad } from './drain.ts'

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'sqlite' },
    rounds: { type: 'string', default: '20' },
    workers: { type: 'string', default: '0' },
  },
})
const engine = ENGINES.find((each) => each === options.engine)
if (!engine) throw new Error('--engine is sqlite or postgres.')
process.once('SIGINT', () => process.exit(130))
buildServer()
const database = await createDatabase(engine)
let isGood = true
try {
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    const drain = await drainUnderLoad({
      database,
      program: BUILT,
      workers: Number(options.workers),
      loadMs: 500 + Math.random() * 1_000,
    })
    const { answered, answeredLate, failed, turnedAway, ended, seconds } = drain
    console.log(
      `round ${round}: ${answered} answered, ${answeredLate} of them after SIGTERM, ` +
        `${failed.length} failed, ${turnedAway} turned away, ` +
        `health ${[...new Set(drain.healthWhileStopping)].join(' ') || 'not answered'}, ` +
        `ended with ${ended} in ${seconds.toFixed(2)} s`,
    )
    for (const exchange of failed) console.log(JSON.stringify(exchange))
    const isHealthRight = drain.healthWhileStopping.at(-1) === 503
    isGood &&= failed.length === 0 && ended === 0 && seconds <= 10 && isHealthRight
  }
} finally {
  await database.remove()
}
console.log(isGood ? 'as it should be' : 'NOT as it should be')
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(isGood ? 0 : 1)
