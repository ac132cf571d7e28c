import { parseArgs } from 'node:util'
import { checkModel } from './check-model.ts'

const { values: options } = parseArgs({
  options: {
    steps: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const run = { steps: Number(options.steps), seed: Number(options.seed) }
console.log(`${run.steps} steps, seed ${run.seed}, on ${process.env['TEST_ENGINE'] ?? 'sqlite'}`)
const difference = await checkModel(run)
console.log(difference ? JSON.stringify(difference, null, 2) : 'no difference')
// Said at once: a library of the tests ends the process with 0 when nothing is left to do.
process.exit(difference ? 1 : 0)
