/**
 * All checks, then all tests. The last line says what came of them, each check counted as one:
 *
 *   N passed, N failed[, N skipped]
 *
 * Arguments go to Vitest, and then only the build and the tests run: `npm test -- login`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findChromium } from '../e2e/chromium.ts'
import { countTests, type TestCounts, type TestReport } from './count-tests.ts'
import { ROOT, runInTerminal } from './run.ts'
import { runSteps } from './steps.ts'

const filters = process.argv.slice(2)

const checks = await runSteps(filters.length > 0 ? ['build'] : [])
const tests = await runTests()
explainSkipped(tests.skipped)

const passed = checks.passed + tests.passed
const failed = checks.failed + tests.failed
const skipped = [...tests.skipped.values()].reduce((sum, count) => sum + count, 0)
process.exitCode = failed > 0 ? 1 : 0
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)

async function runTests(): Promise<TestCounts> {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-tests-'))
  const file = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const succeeded = await runInTerminal('vitest', ['run', ...reporters, ...filters])
    return countTests(readReport(file), succeeded)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Nothing is reported when Vitest itself crashed. */
function readReport(file: string): TestReport {
  if (!existsSync(file)) return { testResults: [] }
  return JSON.parse(readFileSync(file, 'utf8')) as TestReport
}

function explainSkipped(groups: Map<string, number>): void {
  for (const [group, count] of groups)
    console.log(`Skipped ${count}: ${path.relative(ROOT, group)}`)
  if (!findChromium()) {
    console.log(
      'Browser tests skipped: no Chromium found; ' +
        'install one with `apt-get install chromium` or set CHROMIUM_PATH',
    )
  }
}
