import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeTestDirectory } from './src/testing/test-server.ts'

const program = join(import.meta.dirname, 'bin/skygear-server.mjs')

const pretendNode20 = `data:text/javascript,Object.defineProperty(
  process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`

it('the command tells an older Node what it needs, and in the repository where that is', () => {
  const { status, stderr } = run(program)

  expect(status).toBe(1)
  expect(stderr).toBe(
    'skygear-server needs Node 22.19 or newer, and this is Node 20.20.2. ' +
      'In this repository, which has its own: npx skygear-server\n',
  )
})

it('the command does not tell of a repository when it was installed from a registry', () => {
  const directory = makeTestDirectory()
  onTestFinished(() => rmSync(directory, { recursive: true }))
  mkdirSync(join(directory, 'node_modules/skygear-server/bin'), { recursive: true })
  const installed = join(directory, 'node_modules/skygear-server/bin/skygear-server.mjs')
  copyFileSync(program, installed)
  mkdirSync(join(directory, 'node_modules/.bin'))
  copyFileSync(program, join(directory, 'node_modules/.bin/skygear-server'))

  expect(run(installed).stderr).toBe(
    'skygear-server needs Node 22.19 or newer, and this is Node 20.20.2.\n',
  )
})

it('npm start shows a command that works in any shell, since people copy it', () => {
  const { scripts } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  )

  expect(scripts.start).toMatch(/^skygear-server /)
})

function run(file: string) {
  return spawnSync(process.execPath, ['--import', pretendNode20, file, 'doctor'], {
    encoding: 'utf8',
  })
}
