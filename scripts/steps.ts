import { existsSync } from 'node:fs'
import path from 'node:path'
import { ROOT, run } from './run.ts'

interface Step {
  name: string
  commands: string[]
  /** A file without which there is nothing to check. */
  requires?: string
}

/** Everything that is checked besides the tests, the quickest first; the last needs the build. */
const STEPS: Step[] = [
  { name: 'format and lint', commands: ['biome ci --error-on-warnings --colors=off'] },
  { name: 'imports', commands: ['node scripts/check-imports.ts'] },
  {
    name: 'generated files',
    commands: ['node scripts/generate.ts --check'],
    requires: 'scripts/generate.ts',
  },
  { name: 'types', commands: ['tsc'] },
  { name: 'promises', commands: ['oxlint --type-aware --deny-warnings'] },
  { name: 'dead code', commands: ['knip'] },
  { name: 'build', commands: ['node scripts/build.ts'] },
  {
    name: 'package shape',
    commands: [
      'publint --strict packages/skygear',
      'publint --strict packages/server',
      'attw --pack packages/skygear',
      'attw --pack packages/server --profile esm-only',
    ],
  },
]

/** Runs the steps, one line each, and prints all that a failing one said. No names: every step. */
export async function runSteps(names: string[] = []): Promise<{ passed: number; failed: number }> {
  const counts = { passed: 0, failed: 0 }
  for (const step of STEPS) {
    if (names.length > 0 && !names.includes(step.name)) continue
    if (step.requires && !existsSync(path.join(ROOT, step.requires))) continue
    counts[(await passes(step)) ? 'passed' : 'failed'] += 1
  }
  return counts
}

async function passes({ name, commands }: Step): Promise<boolean> {
  const started = performance.now()
  const failures: string[] = []
  for (const command of commands) {
    const [program = '', ...args] = command.split(' ')
    const { ok, output } = await run(program, args)
    if (!ok) failures.push(`\n$ ${command}\n${output.trimEnd()}\n`)
  }

  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const passed = failures.length === 0
  console.log(`${passed ? '✓' : '✗'} ${name.padEnd(16)} ${seconds.padStart(5)} s`)
  for (const failure of failures) console.log(failure)
  return passed
}
