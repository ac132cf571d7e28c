/**
 * Writes what derives from the server's tables: reference docs and the SDK's protocol module.
 *
 *   --check  writes nothing, and fails when a file is not up to date
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { casesPage } from '../e2e/attacks/cases-page.ts'
import { loadDeviations } from '../e2e/recorded/deviations.ts'
import { deviationsPage } from '../e2e/recorded/deviations-doc.ts'
import { actions } from '../packages/server/src/actions/index.ts'
import { clientProtocol } from '../packages/server/src/describe/client-protocol.ts'
import { openApi } from '../packages/server/src/describe/openapi.ts'
import {
  actionsPage,
  errorsPage,
  settingsPage,
} from '../packages/server/src/describe/reference-docs.ts'
import { ROOT } from './run.ts'

const files: Record<string, string> = {
  'packages/skygear/src/generated/protocol.ts': clientProtocol(actions),
  'docs/reference/openapi.json': `${JSON.stringify(openApi(actions), null, 2)}\n`,
  'docs/reference/actions.md': actionsPage(actions),
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/settings.md': settingsPage(),
  'docs/reference/attack-cases.md': casesPage(),
  'docs/reference/deviations.md': deviationsPage(loadDeviations()),
}

const stale = Object.entries(files).filter(([file, text]) => read(file) !== text)
if (process.argv.includes('--check')) {
  for (const [file] of stale) console.error(`${file} is not up to date: run \`npm run generate\``)
  process.exitCode = stale.length > 0 ? 1 : 0
} else {
  for (const [file, text] of stale) write(file, text)
}

function read(file: string): string | undefined {
  try {
    return readFileSync(path.join(ROOT, file), 'utf8')
  } catch {
    // A file that is missing is made.
    return undefined
  }
}

function write(file: string, text: string): void {
  const target = path.join(ROOT, file)
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileSync(target, text)
  console.log(`wrote ${file}`)
}
