/**
 * Runs the races of races.test.ts many times, on both engines.
 *
 *   node e2e/attacks/run.ts [--iterations 10000] [--engine sqlite|postgres] [--only RC-09]
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    iterations: { type: 'string', default: '10000' },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    only: { type: 'string' },
  },
})

const ROOT = path.join(import.meta.dirname, '../..')
const projects = values.engine.flatMap((engine) => ['--project', engine])
const filter = values.only ? ['--testNamePattern', values.only] : []
const { status } = spawnSync(
  path.join(ROOT, 'node_modules/.bin/vitest'),
  ['run', ...projects, ...filter, 'e2e/attacks/races.test.ts'],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, RACE_ITERATIONS: values.iterations } },
)
process.exitCode = status ?? 1
