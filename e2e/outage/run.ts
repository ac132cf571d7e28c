/**
 * PostgreSQL away for some seconds under load, once stopped and once killed:
 *
 *   node e2e/outage/run.ts [--seconds 5] [--workers 2]
 *
 * Our SDK, the published 1.7.2 and bare requests ask who is logged in, log in and save all the while.
 * Whatever is not served must be refused with 503, and served again within 2 s of the return.
 */
import { parseArgs } from 'node:util'
import { createDatabase } from '../database.ts'
import { BUILT, buildServer } from '../server-process.ts'
import { type Outage, outageUnderLoad } from './outage.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    workers: { type: 'string', default: '0' },
  },
})
process.once('SIGINT', () => process.exit(130))
buildServer()
const database = await createDatabase('postgres')
let isGood = true
try {
  for (const how of ['stop', 'kill'] as const) {
    const outage = await outageUnderLoad({
      database,
      program: BUILT,
      workers: Number(options.workers),
      awayMs: Number(options.seconds) * 1_000,
      how,
    })
    print(how, outage)
    isGood &&= isAsPromised(outage)
  }
} finally {
  await database.remove()
}
console.log(isGood ? 'as promised' : 'NOT as promised')
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(isGood ? 0 : 1)

function print(how: string, outage: Outage): void {
  const { calls, refused, wrong, refusedLate, recoverySeconds, slowestRefusalSeconds } = outage
  console.log(
    `${how}: ${calls} calls, ${refused} refused with 503, ${wrong.length} wrong, ` +
      `last refusal ${recoverySeconds.toFixed(2)} s after the return, ` +
      `slowest refusal ${slowestRefusalSeconds.toFixed(2)} s, ` +
      `health while away ${[...new Set(outage.healthWhileAway)].join(' ')}`,
  )
  console.log(`  ${JSON.stringify(outage.apps)}`)
  for (const call of [...wrong, ...refusedLate].slice(0, 10)) console.log(JSON.stringify(call))
}

function isAsPromised({ wrong, refused, refusedLate, healthWhileAway, apps }: Outage): boolean {
  const areAppsWell = Object.values(apps).every(
    ({ isSignedIn, signedOut, isKept }) => isSignedIn && signedOut === 0 && isKept,
  )
  const isHealthRight = healthWhileAway.every((status) => status === 503)
  return refused > 0 && wrong.length + refusedLate.length === 0 && areAppsWell && isHealthRight
}
