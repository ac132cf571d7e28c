import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Finding, ok, problem } from '../finding.ts'

/** How long it waits for a server that is writing. */
const BUSY_TIMEOUT_MS = 5_000

/** Looks at all of a database that is there, beside servers that run on it. Changes nothing. */
export function examineSqlite(file: string): Finding[] {
  try {
    return [...examineFile(file), examinePermissions(file)]
  } catch (error) {
    return [explain(error, file)]
  }
}

function examineFile(file: string): Finding[] {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    const damage = [
      ...database.prepare('pragma integrity_check(1)').all(),
      ...database.prepare('pragma foreign_key_check').all(),
    ]
    if (damage.length !== 1 || damage[0]?.['integrity_check'] !== 'ok') return [isDamaged(file)]
    // Takes the lock that a write takes, and gives it back.
    database.exec('begin immediate; rollback')
    const row = database.prepare('select sqlite_version() as version').get()
    return [ok('database', `SQLite ${row?.['version']} in ${file} is whole, and can be written.`)]
  } finally {
    database.close()
  }
}

function examinePermissions(file: string): Finding {
  const isOpen = statSync(file).mode & 0o044 && statSync(dirname(file)).mode & 0o011
  return isOpen
    ? problem(
        'database',
        `Other users of this machine can read ${file}, with password hashes and addresses in it.`,
        `Run: chmod 700 ${dirname(file)}`,
      )
    : ok('database', 'Only its owner can read it.')
}

/** By SQLite's primary result code, which is the lowest byte. */
function explain(error: unknown, file: string): Finding {
  const { errcode = 0, message } = error as { errcode?: number; message: string }
  switch (errcode & 0xff) {
    case 5:
      return problem(
        'database',
        `Another program keeps ${file} locked.`,
        'Find it, with `fuser` or `lsof`, and stop it.',
      )
    case 8:
    case 14:
      return problem(
        'database',
        `${file} cannot be written by this user.`,
        'Run this as the user of the server, or give that user the file and its folder.',
      )
    case 11:
    case 26:
      return isDamaged(file)
    default:
      return problem('database', `${file} cannot be used: ${message}`, 'Look at the disk.')
  }
}

function isDamaged(file: string): Finding {
  return problem(
    'database',
    `${file} is damaged, or not a database.`,
    'Stop the server, keep a copy of the file, and run: skygear-server restore BACKUP --force',
  )
}
