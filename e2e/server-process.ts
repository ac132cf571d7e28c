import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from './wire.ts'

const ROOT = path.join(import.meta.dirname, '..')

/** The command as it is published; `buildServer` makes it. */
export const BUILT = path.join(ROOT, 'packages/server/bin/skygear-server.mjs')

/** The same without a build. */
export const SOURCE = path.join(ROOT, 'packages/server/src/cli/main.ts')

/** A server in processes of its own. */
export interface ServerProcess extends Server {
  /** What it has said, for people. */
  readonly log: string
  /** Kills it and all of its workers, as a power cut would; resolves when none is left. */
  kill(): Promise<void>
  /** Sends SIGTERM, and gives the code that it ended with, or the signal that ended it. */
  terminate(): Promise<number | string>
}

interface ServerOptions {
  /** BUILT or SOURCE. */
  program: string
  databaseUrl: string
  /** Further processes that serve; none unless given. */
  workers?: number
  /** Settings by the names of their environment variables. */
  settings?: Record<string, string>
}

const keys = {
  API_KEY: 'e2e-api-key-0123456789abcdef',
  MASTER_KEY: 'e2e-master-key-0123456789abcdef',
  TOKEN_STORE_SECRET: 'e2e-token-secret-0123456789abcdef',
}

const START_TIMEOUT_MS = 30_000

/** Builds what changed since the last build. */
export function buildServer(): void {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build.ts')], { stdio: 'inherit' })
}

/** Starts `skygear-server serve` and resolves when it has said where it listens. */
export async function startServerProcess(options: ServerOptions): Promise<ServerProcess> {
  const { program, databaseUrl, workers, settings } = options
  const args = [program, 'serve', ...(workers ? ['--workers', String(workers)] : [])]
  const child = spawn(process.execPath, args, {
    // Only what is named here: settings of this shell must not change what is tested.
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'warn',
      RATE_LIMIT: 'off',
      ...keys,
      DATABASE_URL: databaseUrl,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, which its workers join, so that all can be killed at once.
    detached: true,
  })
  const group = child.pid!
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      log += String(text)
    })
  }
  const killGroup = () => signal(group, 'SIGKILL')
  process.once('exit', killGroup)
  const ended = once(child, 'close').then(([code, by]) => {
    process.off('exit', killGroup)
    return (code ?? by) as number | string
  })
  try {
    await untilListening(child, () => log)
  } catch (error) {
    killGroup()
    throw error
  }
  return {
    url: /running at (\S+)/.exec(log)![1]!,
    apiKey: keys.API_KEY,
    masterKey: keys.MASTER_KEY,
    get log() {
      return log
    },
    async kill() {
      killGroup()
      await ended
      while (hasProcesses(group)) await sleep(5)
    },
    terminate() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

async function untilListening(child: ChildProcess, log: () => string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  while (!/running at \S+\n/.test(log())) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The server ended:\n${log()}`)
    }
    if (performance.now() > deadline) throw new Error(`The server did not start:\n${log()}`)
    await sleep(10)
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch {
    // Nobody is left.
  }
}

/** Processes that have ended and wait for their parent to notice do not count. */
function hasProcesses(group: number): boolean {
  const table = execFileSync('ps', ['-A', '-o', 'pgid=,stat='], { encoding: 'utf8' })
  return table.split('\n').some((line) => {
    const [id, state] = line.trim().split(/\s+/)
    return Number(id) === group && !state?.startsWith('Z')
  })
}
