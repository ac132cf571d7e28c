import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import path from 'node:path'

/** The repository's folder. */
export const ROOT = path.join(import.meta.dirname, '..')

/** In which a command's name means the version that this repository installed. */
const environment = {
  ...process.env,
  // Some of the tools colour what they write to a file, too.
  ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
  PATH: [path.join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(path.delimiter),
}

/**
 * Runs a command and keeps what it prints, both streams in order. Never rejects: a command that
 * cannot start is one that failed.
 */
export async function run(
  command: string,
  args: string[],
  cwd = ROOT,
): Promise<{ ok: boolean; output: string }> {
  const child = start(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { ok, reason } = await ended(child)
  return { ok, output: Buffer.concat(chunks).toString() + reason }
}

/** Runs a command that prints to the terminal itself. Resolves to whether it succeeded. */
export async function runInTerminal(command: string, args: string[]): Promise<boolean> {
  const child = start(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
  return (await ended(child)).ok
}

function start(command: string, args: string[], options: SpawnOptions): ChildProcess {
  // On Windows npm's commands are .cmd files, which only a shell starts.
  return spawn(command, args, { ...options, env: environment, shell: process.platform === 'win32' })
}

function ended(child: ChildProcess): Promise<{ ok: boolean; reason: string }> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, reason: `${error.message}\n` }))
    child.on('close', (code, signal) => {
      resolve({ ok: code === 0, reason: signal ? `Ended by ${signal}.\n` : '' })
    })
  })
}
