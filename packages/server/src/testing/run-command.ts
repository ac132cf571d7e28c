import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../cli/main.ts', import.meta.url))

/** What a command did. */
export interface CommandResult {
  code: number | null
  output: string
  errors: string
  /** The output as JSON. */
  json: Record<string, unknown>
}

interface CommandOptions {
  environment?: Record<string, string>
  /** What its standard input gives. */
  input?: string | Buffer
}

/** Runs `skygear-server` with these arguments, as a process of its own without a terminal. */
export async function runCommand(
  given: string[],
  { environment = {}, input = '' }: CommandOptions = {},
): Promise<CommandResult> {
  const env = { PATH: process.env['PATH'], ...environment }
  const child = spawn(process.execPath, [program, ...given], { env })
  child.stdin.end(input)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return {
    code,
    output,
    errors,
    get json() {
      return JSON.parse(output) as Record<string, unknown>
    },
  }
}

/** The settings with which a command finds the database of a test server. */
export function databaseOf(server: { databaseUrl: string }): Record<string, string> {
  return { DATABASE_URL: server.databaseUrl }
}
