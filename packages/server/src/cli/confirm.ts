import { createInterface } from 'node:readline/promises'
import { CommandError } from './outcome.ts'

/**
 * Asks on the terminal before something that cannot be undone.
 *
 * Throws CommandError unless the answer is yes, and without a terminal.
 */
export async function confirm(question: string, isConfirmed: boolean): Promise<void> {
  if (isConfirmed) return
  if (!process.stdin.isTTY) {
    throw new CommandError(`${question} There is no terminal to ask; give --yes.`)
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-C rejects, and means no.
  const answer = await terminal.question(`${question} Type yes: `).catch(() => '\n')
  terminal.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new CommandError('Nothing was changed.')
}
