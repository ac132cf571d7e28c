#!/usr/bin/env node
// Imports nothing of ours before the version is known: an older Node has no SQLite, and would say
// so with a stack trace.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { availableParallelism } from 'node:os'

const [major, minor] = process.versions.node.split('.').map(Number)
const program = new URL('../dist/cli/main.mjs', import.meta.url)

if (major < 22 || (major === 22 && minor < 19)) {
  // There and installed, or npx would look for a package of this name elsewhere.
  const isRepository = ['scripts/setup.mjs', 'node_modules/.bin/skygear-server'].every((file) =>
    existsSync(new URL(`../../../${file}`, import.meta.url)),
  )
  const hint = isRepository ? ' In this repository, which has its own: npx skygear-server' : ''
  console.error(
    `skygear-server needs Node 22.19 or newer, and this is Node ${process.versions.node}.${hint}`,
  )
  process.exit(1)
}
if (!existsSync(program)) {
  console.error('skygear-server has not been built yet: run `npm run build` in the repository.')
  process.exit(1)
}

// Node 22 announces its SQLite as experimental, which is nothing that an operator can act upon.
const emitWarning = process.emitWarning.bind(process)
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).includes('SQLite')) emitWarning(warning, ...rest)
}

// Passwords are hashed in libuv's threads, of which there are four by default, and other work needs
// some as well. It reads this at their first use.
process.env.UV_THREADPOOL_SIZE ??= String(availableParallelism() + 4)

// Compiled code is kept between starts, which makes the next one quicker.
module.enableCompileCache()
await import(program.href)
