import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { copyRepository } from '../copy-repository.ts'
import type { Sabotage } from './sabotages.ts'

const ROOT = path.join(import.meta.dirname, '../..')

/** Folders of packages that were installed, which the copy shares. */
const INSTALLED = ['node_modules', 'packages/server/node_modules', 'packages/skygear/node_modules']

interface Trial {
  isCaught: boolean
  output: string
}

interface Copy {
  /** Runs the tests of a sabotage with it in place, and takes it out again. */
  trial(sabotage: Sabotage): Trial
  remove(): void
}

/** Copies the repository as it stands, so that nothing is ever broken in the original. */
export function createCopy(): Copy {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-sabotage-'))
  copyRepository(folder)
  for (const installed of INSTALLED) {
    const source = path.join(ROOT, installed)
    if (existsSync(source)) symlinkSync(source, path.join(folder, installed))
  }

  return {
    trial(sabotage) {
      const file = path.join(folder, sabotage.file)
      const before = readFileSync(file, 'utf8')
      writeFileSync(file, applied(sabotage, before))
      try {
        return runTests(sabotage, folder)
      } finally {
        writeFileSync(file, before)
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Throws when the text to replace is not there, or not once. */
export function applied({ name, file, find, replace }: Sabotage, text: string): string {
  const parts = text.split(find)
  if (parts.length !== 2) {
    throw new Error(
      `${name}: ${file} has ${parts.length - 1} times what is to be replaced: ${find}`,
    )
  }
  return parts.join(replace)
}

/** What Vitest's report tells, as far as it is read. */
interface Report {
  testResults: { assertionResults: { title: string; status: string }[] }[]
}

const REHEARSAL = 'packages/server/src/cli/attack.test.ts'

/** Only a test that fails counts, and not a file that cannot be read any more. */
function runTests({ tests, title, rehearsal }: Sabotage, folder: string): Trial {
  const { failed, output } = runVitest(folder, tests, title)
  if (failed.length === 0) return { isCaught: false, output }
  if (!rehearsal) return { isCaught: true, output }
  const rehearsed = runVitest(folder, REHEARSAL, 'rehearsal of')
  const ids = rehearsed.failed.map((name) => name.replace(/.* /, ''))
  const isCaught = ids.toSorted().join() === rehearsal.toSorted().join()
  return { isCaught, output: isCaught ? '' : `The rehearsal fails in ${ids.join(', ')}.` }
}

/** The titles of the tests that fail. */
function runVitest(folder: string, tests: string, title: string) {
  const report = path.join(folder, 'report.json')
  rmSync(report, { force: true })
  const { stdout, stderr } = spawnSync(
    path.join(folder, 'node_modules/.bin/vitest'),
    [
      ...['run', '--project', 'sqlite', '--maxWorkers=1', '--testNamePattern', title],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, tests],
    ],
    { cwd: folder, encoding: 'utf8' },
  )
  const { testResults } = existsSync(report)
    ? (JSON.parse(readFileSync(report, 'utf8')) as Report)
    : { testResults: [] }
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map((test) => test.title)
  return { failed, output: stdout + stderr }
}
