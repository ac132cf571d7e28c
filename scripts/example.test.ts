import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
let example: ChildProcess

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'skygear-example-'))
})
afterEach(async () => {
  const ended = once(example, 'close')
  example.kill('SIGKILL')
  await ended
  rmSync(folder, { recursive: true })
})

it('keeps its data apart from those of npm start, and says where they are', async () => {
  const banner = await run({})

  expect(banner).toMatch(/Database +data\/example\/skygear\.db\n/)
  expect(existsSync(path.join(folder, 'data/example/skygear.db'))).toBe(true)
  expect(existsSync(path.join(folder, 'data/skygear.db'))).toBe(false)
})

it('uses the folder that DATA_DIR names', async () => {
  expect(await run({ DATA_DIR: 'elsewhere' })).toMatch(/Database +elsewhere\/skygear\.db\n/)
})

/** Runs it in the folder, until it has said where everything is. */
async function run(settings: Record<string, string>): Promise<string> {
  example = spawn(process.execPath, [path.join(import.meta.dirname, 'example.ts')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const text of example.stdout!) {
    said += String(text)
    if (said.includes('Ctrl-C')) break
  }
  return said
}
