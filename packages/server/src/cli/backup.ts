import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { copyDatabase, DatabaseDamaged, removeDatabase } from '../storage/sqlite/backup.ts'
import { CommandError, type Outcome, reporting } from './outcome.ts'
import { sqliteFileOfSettings } from './sqlite-file.ts'

export function addBackupCommand(program: Command): void {
  program
    .command('backup')
    .description('copy the SQLite database into a file, while the server runs')
    .argument('<file>', 'the copy: it is checked, and only its owner can read it')
    .option('--force', 'replace a file that is there already')
    .addHelpText(
      'after',
      `
The keys are not in it: keep a copy of keys.json, or of your settings, in another place.

Example:
  skygear-server backup /backups/skygear-$(date +%F).db`,
    )
    .action(reporting(backUp))
}

async function backUp(file: string, { force }: { force?: boolean }): Promise<Outcome> {
  const database = sqliteFileOfSettings(
    'This is for SQLite. For PostgreSQL: pg_dump --format=custom --file=FILE "$DATABASE_URL"',
  )
  checkFiles(database, file, force === true)
  const partial = `${file}.${randomUUID()}.partial`
  try {
    await copyDatabase(database, partial)
    renameSync(partial, file)
  } catch (error) {
    removeDatabase(partial)
    throw error instanceof DatabaseDamaged
      ? new CommandError(`${database} is damaged, so it was not copied. Restore an older backup.`)
      : error
  }
  const bytes = statSync(file).size
  return {
    text: `Copied ${database} to ${file} (${Math.ceil(bytes / 1024)} KiB).`,
    json: { database, file, bytes },
  }
}

function checkFiles(database: string, file: string, force: boolean): void {
  if (!existsSync(database)) throw new CommandError(`There is no database at ${database}.`)
  if (!existsSync(dirname(file))) throw new CommandError(`There is no folder ${dirname(file)}.`)
  if (resolve(file) === resolve(database)) {
    throw new CommandError(`${file} is the database itself. Name another file.`)
  }
  if (existsSync(file) && !force) {
    throw new CommandError(`${file} is there already. Give --force to replace it.`)
  }
}
