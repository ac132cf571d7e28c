import { randomUUID } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { openStorage, readMigrations } from '../storage/open-storage.ts'
import {
  copyDatabase,
  DatabaseDamaged,
  DatabaseInUse,
  removeDatabase,
  replaceDatabase,
} from '../storage/sqlite/backup.ts'
import { CommandError, type Outcome, reporting } from './outcome.ts'
import { sqliteFileOfSettings } from './sqlite-file.ts'

interface RestoreOptions {
  force?: boolean
  keepSessions?: boolean
}

export function addRestoreCommand(program: Command): void {
  program
    .command('restore')
    .description('put a backup in the place of the SQLite database; the server must be stopped')
    .argument('<file>', 'what `backup` wrote')
    .option('--force', 'replace the database that is there')
    .option('--keep-sessions', 'leave users logged in')
    .addHelpText(
      'after',
      `
Sessions end, since some of the backup may have been ended after it was made; users log in again.
Users without a password stay logged in, since they could not. --keep-sessions is for a move to
another machine.

Example:
  skygear-server restore /backups/skygear-2030-01-31.db --force`,
    )
    .action(reporting(restore))
}

async function restore(backup: string, options: RestoreOptions): Promise<Outcome> {
  const database = sqliteFileOfSettings(
    'This is for SQLite. For PostgreSQL: pg_restore --clean --if-exists --dbname="$DATABASE_URL" FILE',
  )
  checkReadable(backup)
  if (existsSync(database) && !options.force) {
    throw new CommandError(`${database} is there already. Give --force to replace it.`)
  }
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 })
  const copy = `${database}.${randomUUID()}.restored`
  try {
    await copyDatabase(backup, copy)
    await prepare(copy, backup, options)
    replaceDatabase(database, copy)
  } catch (error) {
    removeDatabase(copy)
    throw explain(error, backup, database)
  }
  const sessions = options.keepSessions ? '' : ' Users have to log in again.'
  return {
    text: `Restored ${database} from ${backup}.${sessions} Start the server.`,
    json: { database, file: backup, sessions_kept: options.keepSessions === true },
  }
}

/** SQLite would say only that it cannot open the file. */
function checkReadable(file: string): void {
  if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`)
  if (!statSync(file).isFile()) throw new CommandError(`${file} is not a file.`)
  try {
    accessSync(file, constants.R_OK)
  } catch {
    throw new CommandError(`${file} cannot be read by this user.`)
  }
}

/** Brings a restored database up to date before anybody sees it. */
async function prepare(
  copy: string,
  backup: string,
  { keepSessions }: RestoreOptions,
): Promise<void> {
  const { applied } = await readMigrations(`sqlite:${copy}`)
  if (applied.length === 0) throw new CommandError(`${backup} is not a backup of this server.`)
  const storage = await openStorage(`sqlite:${copy}`)
  try {
    if (!keepSessions) {
      await storage.transaction((stores) => stores.accounts.endSessionsOfAll(Date.now()))
    }
  } finally {
    await storage.close()
  }
}

function explain(error: unknown, backup: string, database: string): unknown {
  if (error instanceof DatabaseDamaged) {
    return new CommandError(`${backup} is damaged or not a database. Nothing was changed.`)
  }
  if (error instanceof DatabaseInUse) {
    return new CommandError(
      `A server is running on ${database}. Stop it first. Nothing was changed.`,
    )
  }
  return error
}
