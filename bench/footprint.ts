/**
 * What the server takes: time until it answers, memory, packages, disk.
 *
 *   node bench/footprint.ts [--runs 10] [--users 10000]
 *
 * Goals: the first answer within 500 ms, 120 MB of memory when idle, 120 packages. The database
 * exists and is in the page cache; the server is on core 0.
 */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { figure, median, printMachine, printTable, spread, verdict } from './harness/figures.ts'
import { callAction } from './harness/http-client.ts'
import { residentMb } from './harness/resident-memory.ts'
import { type SeededUser, seedFolder } from './harness/seed.ts'
import { buildServer, startServer } from './harness/server-process.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'

const SERVER_CORE = '0'
const ROOT = path.join(import.meta.dirname, '..')
const GOALS = { startMs: 500, memoryMb: 120, packages: 120 }

interface Start {
  ms: number
  memoryMb: number
}

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '10' },
    users: { type: 'string', default: '10000' },
  },
})

buildServer()
const folder = makeTemporaryFolder()
const emptyBytes = await databaseBytes()
const [user] = await seedFolder(folder, Number(options.users))
const bytesAUser = ((await databaseBytes()) - emptyBytes) / Number(options.users)
const starts: Start[] = []
const nodeMs: number[] = []
for (let run = 0; run < Number(options.runs); run += 1) {
  nodeMs.push(measureNode())
  starts.push(await measureStart(user!))
}
report(await measureIdleMemory(user!), countPackages(), bytesAUser)

/** Node by itself: the part of a start that no server can save. */
function measureNode(): number {
  const started = performance.now()
  execFileSync('taskset', ['-c', SERVER_CORE, process.execPath, '-e', '0'])
  return performance.now() - started
}

/** From the start of the process to the first answer that needs the database. */
async function measureStart({ token }: SeededUser): Promise<Start> {
  const started = performance.now()
  const server = await startServer(folder, SERVER_CORE)
  await callAction(server.url, 'me', { access_token: token })
  const ms = performance.now() - started
  const memoryMb = residentMb(server.pid)
  await server.stop()
  return { ms, memoryMb }
}

/** By then what is loaded after the start has been loaded. */
async function measureIdleMemory({ token }: SeededUser): Promise<number> {
  const server = await startServer(folder, SERVER_CORE)
  await callAction(server.url, 'me', { access_token: token })
  await wait(5_000)
  const memoryMb = residentMb(server.pid)
  await server.stop()
  return memoryMb
}

/** Production dependencies as npm has installed them for this platform, the server not counted. */
function countPackages(): number {
  const args = ['ls', '--all', '--omit=dev', '--parseable', '--workspace=packages/server']
  const folders = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })
  const packages = folders.split('\n').filter((line) => line.includes('node_modules'))
  return new Set(packages).size - 1
}

/** Opens and closes the database first: closing empties the write-ahead log. */
async function databaseBytes(): Promise<number> {
  await seedFolder(folder, 0)
  return statSync(path.join(folder, 'skygear.db')).size
}

function report(idleMb: number, packages: number, bytesAUser: number): void {
  printMachine()
  const startMs = starts.map(({ ms }) => ms)
  const memoryMb = starts.map((start) => start.memoryMb)
  const medianMs = median(startMs)
  printTable(
    ['', 'median', 'min–max', 'goal'],
    [
      ['start of Node alone, ms', figure(median(nodeMs)), spread(nodeMs), ''],
      [
        'start to first answer, ms',
        figure(medianMs),
        spread(startMs),
        `< ${GOALS.startMs}: ${verdict(medianMs < GOALS.startMs)}`,
      ],
      [
        'memory (RSS) after it, MB',
        figure(median(memoryMb)),
        spread(memoryMb),
        `< ${GOALS.memoryMb}: ${verdict(median(memoryMb) < GOALS.memoryMb)}`,
      ],
      [
        'memory (RSS) 5 s later, MB',
        figure(idleMb),
        '',
        `< ${GOALS.memoryMb}: ${verdict(idleMb < GOALS.memoryMb)}`,
      ],
      [
        'production packages',
        String(packages),
        '',
        `≤ ${GOALS.packages}: ${verdict(packages <= GOALS.packages)}`,
      ],
      ['database bytes a user', figure(bytesAUser), '', ''],
    ],
  )
  console.log(
    `\n${starts.length} starts, ` + `${figure(Number(options.users))} users with a session each.`,
  )
}
