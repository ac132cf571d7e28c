import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = path.join(import.meta.dirname, '..', '..')
const ECHO = path.join(ROOT, 'bench/echo.ts')
const MAIL_SINK = path.join(ROOT, 'bench/mail-sink.ts')
const SERVER = path.join(ROOT, 'packages/server/bin/skygear-server.mjs')

export const API_KEY = 'bench-api-key-0123456789abcdef'
export const MASTER_KEY = 'bench-master-key-0123456789abcdef'

const environment = {
  PORT: '0',
  LOG_LEVEL: 'warn',
  // All requests come from one address.
  RATE_LIMIT: 'off',
  API_KEY,
  MASTER_KEY,
  TOKEN_STORE_SECRET: 'bench-token-secret-0123456789abcdef',
}

/** Settings of Node, not of the server, that give ours a trivial hash in place of its own. */
export const WITHOUT_HASH = {
  NODE_OPTIONS: `--import=${path.join(import.meta.dirname, 'replace-hash.ts')}`,
}

/** A server in a process of its own, on the cores that it was given. */
export interface ServerProcess {
  url: string
  pid: number
  stop(): Promise<void>
}

/** Builds what changed since the last build: the server is measured as it is published. */
export function buildServer(): void {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build.ts')], { stdio: 'inherit' })
}

/** Starts the built server over the database in `dataDirectory`, or the one that `settings` name. */
export function startServer(
  dataDirectory: string,
  cores: string,
  settings: Record<string, string> = {},
  args: string[] = [],
): Promise<ServerProcess> {
  const all = { ...environment, DATA_DIR: dataDirectory, ...settings }
  return startProgram([SERVER, 'serve', ...args], cores, all)
}

/** Starts a mail server for mails that nobody reads. */
export function startMailSink(cores: string): Promise<ServerProcess> {
  return startProgram([MAIL_SINK], cores, {})
}

/** Starts the bare server that requests are compared with. */
export function startEchoServer(cores: string): Promise<ServerProcess> {
  return startProgram([ECHO], cores, {})
}

/** Starts Node, and resolves once the program has printed the address that it listens on. */
export async function startProgram(
  args: string[],
  cores: string,
  settings: Record<string, string>,
): Promise<ServerProcess> {
  // Only what is named here: settings of this shell must not change what is measured.
  const env = { PATH: process.env['PATH'], ...settings }
  const child = spawn('taskset', ['-c', cores, process.execPath, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => child.kill()
  process.once('exit', kill)
  const url = await printedUrl(child)
  return {
    url,
    pid: child.pid!,
    async stop() {
      process.off('exit', kill)
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const url = /(http|smtp):\/\/127\.0\.0\.1:\d+/.exec(line)
      if (url) resolve(url[0])
    })
  })
}
