import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Command } from 'commander'
import { CommandError } from './outcome.ts'

export interface PasswordOptions {
  passwordStdin?: boolean
  generate?: boolean
}

/** 144 bits; OWASP ASVS 5.0, 6.4.1 asks that initial passwords be random. */
const GENERATED_BYTES = 18

/**
 * Adds the ways to give a new password. It is never an argument: every user of the machine can
 * read those of a running program, and shells remember them.
 */
export function addPasswordOptions(command: Command): Command {
  return command
    .option('--password-stdin', 'read the new password from the standard input')
    .option('--generate', 'make a password, and print it once')
}

/** The new password, and whether it has to be told because nobody knows it yet. */
export async function readPassword({
  passwordStdin,
  generate,
}: PasswordOptions): Promise<{ password: string; isGenerated: boolean }> {
  if (passwordStdin && generate) {
    throw new CommandError('Give either --password-stdin or --generate.')
  }
  if (generate) {
    // The end satisfies policies that ask for one of each kind.
    const password = `${randomBytes(GENERATED_BYTES).toString('base64url')}-aA1`
    return { password, isGenerated: true }
  }
  if (passwordStdin) return { password: await readFromStdin(), isGenerated: false }
  if (!process.stdin.isTTY) {
    throw new CommandError(
      'There is no terminal to ask for a password. Use --password-stdin or --generate.',
    )
  }
  const password = await ask('New password: ')
  if ((await ask('The same again: ')) !== password) {
    throw new CommandError('The two passwords differ. Nothing was changed.')
  }
  return { password, isGenerated: false }
}

/** All of the standard input but a line break at its end, which `echo` adds. */
async function readFromStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return text.decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  } catch {
    throw new CommandError('The password on the standard input is not UTF-8 text.')
  }
}

/** Asks on the terminal, without an echo. */
async function ask(question: string): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_, __, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await new Promise((resolve, reject) => {
      terminal.once('line', resolve)
      terminal.once('close', () => reject(new CommandError('Nothing was changed.')))
    })
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
