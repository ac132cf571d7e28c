#!/usr/bin/env node
// Imports nothing before the version is known: on an older Node the SQLite library ends the
// process with a segmentation fault and no message.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
const program = new URL('../dist/cli/main.mjs', import.meta.url)

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `skygear-server needs Node 22.19 or newer, and this is Node ${process.versions.node}.`,
  )
  process.exit(1)
}
if (!existsSync(program)) {
  console.error('skygear-server has not been built yet: run `npm run build` in the repository.')
  process.exit(1)
}

await import(program.href)
