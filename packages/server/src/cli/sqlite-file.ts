import { databaseUrlOf } from '../server.ts'
import { loadSettings } from '../settings.ts'
import { sqliteFileOf } from '../storage/open-storage.ts'
import { CommandError } from './outcome.ts'

/** The SQLite file of the settings; throws CommandError with `otherwise` when there is none. */
export function sqliteFileOfSettings(otherwise: string): string {
  const file = sqliteFileOf(databaseUrlOf(loadSettings(process.env)))
  if (file === undefined) throw new CommandError(otherwise)
  return file
}
