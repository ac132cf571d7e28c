/**
 * Builds every package that has a tsdown.config.ts, and whose sources changed since its last build.
 *
 * What was built from is remembered outside dist, and only once tsdown has succeeded: a build that
 * was interrupted is done again, and nothing of ours is published with the package.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, run } from './run.ts'

for (const config of globSync('packages/*/tsdown.config.ts', { cwd: ROOT }).sort()) {
  const folder = path.dirname(config)
  if (!isFresh(folder)) await build(folder)
}

async function build(folder: string): Promise<void> {
  console.log(`Building ${folder}…`)
  // Taken before the build: a file saved meanwhile makes the next run build again.
  const sources = hashSources(folder)
  const stamp = stampOf(folder)
  rmSync(stamp, { force: true })
  const { ok, output } = await run('tsdown', [], path.join(ROOT, folder))
  if (!ok) {
    console.error(output)
    process.exit(1)
  }
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, sources)
}

function isFresh(folder: string): boolean {
  const stamp = stampOf(folder)
  if (!existsSync(path.join(ROOT, folder, 'dist')) || !existsSync(stamp)) return false
  return readFileSync(stamp, 'utf8') === hashSources(folder)
}

function stampOf(folder: string): string {
  return path.join(ROOT, 'node_modules', '.build', path.basename(folder))
}

/** Over everything that decides what the build gives; a new lockfile may bring another compiler. */
function hashSources(folder: string): string {
  const patterns = [
    'package-lock.json',
    'tsconfig.json',
    `${folder}/{package.json,tsdown.config.ts}`,
    `${folder}/src/**/*.*`,
  ]
  const sum = createHash('sha256')
  for (const file of globSync(patterns, { cwd: ROOT, exclude: ['**/*.test.ts'] }).sort()) {
    sum.update(file).update(readFileSync(path.join(ROOT, file)))
  }
  return sum.digest('hex')
}
