import { copyFileSync, globSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'tsdown'

/**
 * Bundled, since the server starts twice as fast when it does not have to read their many small
 * files. The others stay outside: npm installs them, and the native ones cannot be bundled.
 */
const bundled = ['commander', 'jose', 'kysely', 'liquidjs', 'zod']

export default defineConfig({
  entry: { index: 'src/index.ts', 'cli/main': 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  deps: { alwaysBundle: bundled.map((name) => new RegExp(`^${name}(/|$)`)), onlyBundle: false },
  dts: { entry: 'src/index.ts' },
  sourcemap: false,
  hooks: { 'build:done': copyLicences },
})

/** Whoever hands on a bundled package hands on its licence too. */
function copyLicences(): void {
  const packages = path.join(import.meta.dirname, '../../node_modules')
  const folder = path.join(import.meta.dirname, 'dist/licences')
  mkdirSync(folder, { recursive: true })
  for (const name of bundled) {
    const [licence] = globSync(`${name}/LICENSE*`, { cwd: packages })
    if (!licence) throw new Error(`${name} has no licence file.`)
    copyFileSync(path.join(packages, licence), path.join(folder, `${name}.txt`))
  }
}
