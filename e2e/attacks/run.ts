/**
 * Runs the races of races.test.ts many times, on both engines.
 *
 *   node e2e/attacks/run.ts [--iterations 10000] [--engine sqlite|postgres] [--only RC-09]
 *                           [--quick-hash]
 *
 * Every 250 iterations have a server of their own. With `--quick-hash` the server gets a hash
 * that takes no time, which makes minutes of hours, and lets other moments meet.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'

/** What is looked for in database and log afterwards grows with the square of this. */
const AT_ONCE = 250

const { values } = parseArgs({
  options: {
    iterations: { type: 'string', default: '10000' },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    only: { type: 'string' },
    'quick-hash': { type: 'boolean', default: false },
  },
})

const ROOT = path.join(import.meta.dirname, '../..')
const iterations = Number(values.iterations)
const projects = values.engine.flatMap((engine) => ['--project', engine])
const quickHash = values['quick-hash'] && {
  NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'quick-hash/replace-hash.ts')}`,
}
const filter = values.only ? ['--testNamePattern', values.only] : []

for (let done = 0; done < iterations && process.exitCode === undefined; done += AT_ONCE) {
  const count = Math.min(AT_ONCE, iterations - done)
  const { status } = spawnSync(
    path.join(ROOT, 'node_modules/.bin/vitest'),
    ['run', ...projects, ...filter, 'e2e/attacks/races.test.ts'],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        ...quickHash,
        RACE_ITERATIONS: String(count),
      },
    },
  )
  if (status !== 0) process.exitCode = 1
  console.log(`${done + count} of ${iterations} iterations`)
}
