import { execFileSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '..')

/** Copies the repository's files as they stand into a folder, and gives where the copies are. */
export function copyRepository(folder: string): string[] {
  const given = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const files = execFileSync('git', given, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  // Those that were deleted since the last commit are listed too.
  return files
    .filter((file) => file && existsSync(path.join(ROOT, file)))
    .map((file) => {
      const copy = path.join(folder, file)
      cpSync(path.join(ROOT, file), copy)
      return copy
    })
}
