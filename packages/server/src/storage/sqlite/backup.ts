import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'

/** A file that is no database, or a damaged one. */
export class DatabaseDamaged extends Error {
  override readonly name = 'DatabaseDamaged'
}

/** A database that cannot be replaced, because some program has it open. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse'
}

/** Pages at a time, so that other work gets a turn. */
const PAGES_PER_STEP = 2_000

/**
 * Copies a database, which may be in use and written to meanwhile, into a new file that only its
 * owner can read. The copy is what was committed when the copying began; it is one file without a
 * log beside it, checked, and on disk when this resolves.
 *
 * Throws DatabaseDamaged when the copy is not whole.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  closeSync(openSync(to, 'wx', 0o600))
  try {
    await copyPages(from, to)
    checkDatabase(to)
    fsync(to)
  } catch (error) {
    removeDatabase(to)
    throw error
  }
}

async function copyPages(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from)
  try {
    // Within a read transaction, or every commit of another process would start the copy anew.
    source.exec('begin; select count(*) from sqlite_schema')
    await backup(source, to, { rate: PAGES_PER_STEP })
  } catch (error) {
    throw isDamage(error) ? new DatabaseDamaged('', { cause: error }) : error
  } finally {
    source.close()
  }
}

/** Makes a database one file again and looks at all of it; throws DatabaseDamaged. */
function checkDatabase(file: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec('pragma journal_mode = delete')
    const problems = [
      ...database.prepare('pragma integrity_check(1)').all(),
      ...database.prepare('pragma foreign_key_check').all(),
    ]
    if (problems.length !== 1 || problems[0]?.['integrity_check'] !== 'ok') {
      throw new DatabaseDamaged()
    }
  } catch (error) {
    throw isDamage(error) ? new DatabaseDamaged('', { cause: error }) : error
  } finally {
    database.close()
  }
}

/**
 * Puts the database in the file `by`, which nobody has open, in the place of `file`, at one stroke:
 * whoever opens `file` finds the one or the other, whole.
 *
 * Throws DatabaseInUse.
 */
export function replaceDatabase(file: string, by: string): void {
  const release = existsSync(file) ? keepOthersOff(file) : () => {}
  try {
    // Of a database that was deleted or damaged; the new one would take them for its own.
    for (const suffix of ['-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
    keepOwner(existsSync(file) ? file : dirname(file), by)
    renameSync(by, file)
    fsync(dirname(file))
  } finally {
    release()
  }
}

/** Root gives away what it made for another user's server, as SQLite does with the files it makes. */
function keepOwner(of: string, file: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(of)
  chownSync(file, uid, gid)
}

/** Removes a database with what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/**
 * Locks a database that is about to be replaced, and gives the function that unlocks it.
 *
 * A server that starts meanwhile has opened the old file and waits for the lock. It must not go on
 * in a file that nobody will find again, so the old file is made unreadable once it is replaced.
 */
function keepOthersOff(file: string): () => void {
  const database = new DatabaseSync(file, { timeout: 0 })
  const old = openSync(file, 'r+')
  const { ino } = statSync(file)
  try {
    // Leaving this mode writes the log into the database, and takes that nobody else has it open.
    database.exec('pragma journal_mode = delete; begin exclusive')
  } catch (error) {
    // No server can have opened a file that is so damaged.
    if (!isDamage(error)) {
      database.close()
      closeSync(old)
      throw isLocked(error) ? new DatabaseInUse('', { cause: error }) : error
    }
  }
  return () => {
    const isReplaced = !existsSync(file) || statSync(file).ino !== ino
    if (isReplaced) writeSync(old, 'This database was replaced.', 0)
    closeSync(old)
    database.close()
  }
}

function fsync(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** SQLite's primary result code, which is the lowest byte. */
function resultCode(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
function isLocked(error: unknown): boolean {
  return [5, 6].includes(resultCode(error))
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  return [11, 26].includes(resultCode(error))
}
