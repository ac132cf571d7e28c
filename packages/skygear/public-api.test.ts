import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

// As published, so after `npm run build`. A change of it is seen in review: write it anew with
// `npx vitest public-api --update`.
const DIST = path.join(import.meta.dirname, 'dist')

it('is as it was last agreed on', async () => {
  const files = readdirSync(DIST).filter((name) => name.endsWith('.d.mts'))
  // What a bundler puts into which file, and how it calls it, is its own business.
  const declarations = files.flatMap((name) => read(name).split(/\n(?=\S)(?!\})/))

  await expect(`${declarations.sort().join('\n')}\n`).toMatchFileSnapshot('./public-api.txt')
})

/** Without comments, without the letters by which chunks import each other, and what is generated. */
function read(name: string): string {
  return readFileSync(path.join(DIST, name), 'utf8')
    .replace(/\/\*\*[\s\S]*?\*\/\s*|^\s*\/\/.*\n/gm, '')
    .replace(/^import .*\n/gm, '')
    .replace(/^export \{.* as \w,.*\};?\n?/gm, '')
    .replace(/interface Actions \{[\s\S]*?\n\}\n/, '')
}
