import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '../../packages/server/src/testing/free-port.ts'

/** An app in a process of its own. */
export interface AppProcess {
  url: string
  /** What it has said. */
  readonly log: string
  close(): Promise<void>
}

interface AppOptions {
  cwd: string
  /** What Node runs, with its arguments; may depend on the port that the app is to listen on. */
  args: (port: string) => string[]
  env: Record<string, string>
}

const START_TIMEOUT_MS = 30_000

/** Starts an app and resolves when it answers. */
export async function startApp({ cwd, args, env }: AppOptions): Promise<AppProcess> {
  const port = String(await findFreePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, args(port), {
    cwd,
    // Only what is named here: settings of this shell must not change what is tested.
    env: { PATH: process.env['PATH'], PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      log += String(text)
    })
  }
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'close').then(() => process.off('exit', kill))
  try {
    await untilAnswering(url, child, () => log)
  } catch (error) {
    kill()
    throw error
  }
  return {
    url,
    get log() {
      return log
    },
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function untilAnswering(url: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS
  for (;;) {
    const answers = await fetch(url).then(
      () => true,
      () => false,
    )
    if (answers) return
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The app ended:\n${log()}`)
    }
    if (performance.now() > deadline) throw new Error(`The app did not start:\n${log()}`)
    await sleep(20)
  }
}
