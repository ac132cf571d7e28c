import type { Command } from 'commander'
import { ApiError } from '../errors.ts'
import { explainFailure } from './explain-failure.ts'

/** What a command has to say. */
export interface Outcome {
  /** For people. */
  text: string
  /** For programs, with `--json`. */
  json: unknown
  /** Ends the command with exit code 1: something is not as it should be. */
  isBad?: boolean
}

/** A command that cannot do what it was asked; the message is one line that says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/**
 * Makes a commander action of a command: prints its outcome, or why it failed in one line, and sets
 * the exit code: 0 when all is well, 1 otherwise. Wrong usage ends with 2, in main.ts.
 */
export function reporting<Arguments extends unknown[]>(
  run: (...given: Arguments) => Promise<Outcome>,
): (...given: [...Arguments, Command]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command
    const asJson = command.optsWithGlobals<{ json?: boolean }>().json === true
    try {
      const { text, json, isBad } = await run(...(given.slice(0, -1) as Arguments))
      process.stdout.write(asJson ? `${JSON.stringify(json, null, 2)}\n` : `${text}\n`)
      if (isBad) process.exitCode = 1
    } catch (error) {
      printFailure(explain(error), asJson)
      process.exitCode = 1
    }
  }
}

/** Says what went wrong in one line, and to programs as JSON too. */
export function printFailure(message: string, asJson: boolean): void {
  if (asJson) process.stdout.write(`${JSON.stringify({ error: { message } }, null, 2)}\n`)
  process.stderr.write(`${message}\n`)
}

function explain(error: unknown): string {
  if (error instanceof CommandError) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOTFOUND') return `The host in DATABASE_URL is not known (${message}).`
  return error instanceof ApiError ? explainApiError(error) : explainFailure(error)
}

/** What actions say to apps, as a sentence, with the facts that they give beside it. */
function explainApiError({ message, info = {} }: ApiError): string {
  const { reason, arguments: _, ...facts } = info
  const details = Object.entries(facts).map(([name, value]) => `${name}: ${String(value)}`)
  const sentence = message.charAt(0).toUpperCase() + message.slice(1).replace(/\.$/, '')
  return details.length > 0 ? `${sentence} (${details.join(', ')}).` : `${sentence}.`
}
