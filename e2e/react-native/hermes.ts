import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const PROGRAMS: { [platform: string]: string } = {
  'linux-x64': 'linux64-bin/hermesc',
  'darwin-x64': 'osx-bin/hermesc',
  'darwin-arm64': 'osx-bin/hermesc',
  'win32-x64': 'win64-bin/hermesc.exe',
}

/** The compiler of React Native's engine, or null where there is none for this machine. */
export function findHermes(): string | null {
  const program = PROGRAMS[`${process.platform}-${process.arch}`]
  const compilers = path.join(import.meta.dirname, 'node_modules/hermes-compiler/hermesc')
  return program && existsSync(compilers) ? path.join(compilers, program) : null
}

/**
 * Compiles a script to bytecode.
 *
 * @throws when it holds what the engine does not know
 */
export function compileWithHermes(hermes: string, script: string): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'skygear-hermes-'))
  try {
    const file = path.join(folder, 'script.hbc')
    execFileSync(hermes, ['-emit-binary', '-out', file, script], { stdio: 'pipe' })
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Whether something is bytecode of Hermes: by its first eight bytes. */
export function isBytecode(content: Buffer): boolean {
  return content.subarray(0, 8).equals(Buffer.from('c61fbc03c103191f', 'hex'))
}
