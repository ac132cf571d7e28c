import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const FOLDER = import.meta.dirname
const ROOT = path.join(FOLDER, '../..')
const run = promisify(execFile)

it('docs/guide/server-side.md shows nothing but code of the apps', () => {
  const apps = globSync('{node,next/app}/**/*.{ts,tsx}', { cwd: FOLDER })
  const code = apps.map((file) => plain(readFileSync(path.join(FOLDER, file), 'utf8')))
  const page = readFileSync(path.join(ROOT, 'docs/guide/server-side.md'), 'utf8')

  const samples = [...page.matchAll(/^```tsx?\n([\s\S]*?)^```$/gm)].map(([, sample]) => sample!)

  expect(samples.length).toBeGreaterThan(8)
  expect(page.match(/^```./gm)).toHaveLength(samples.length)
  for (const sample of samples) {
    expect(
      code.some((text) => text.includes(plain(sample))),
      sample,
    ).toBe(true)
  }
})

// Those of Next.js are checked by its build.
it.each(['tsconfig.json', 'tsconfig.express-4.json'])('%s finds no wrong type', async (project) => {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')

  await run(process.execPath, [tsc, '--project', path.join(FOLDER, 'node', project)])
})

/** However far it is indented. */
function plain(code: string): string {
  return code.replace(/\s+/g, ' ').trim()
}
