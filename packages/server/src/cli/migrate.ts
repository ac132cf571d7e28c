import type { Command } from 'commander'
import { databaseUrlOf } from '../server.ts'
import { loadSettings } from '../settings.ts'
import { describeDatabase, migrateDatabase, readMigrations } from '../storage/open-storage.ts'
import { type Outcome, reporting } from './outcome.ts'

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database up to date, as the server does by itself when it starts')
    .option('--check', 'change nothing; exit code 1 tells that there is something to do')
    .addHelpText(
      'after',
      `
Servers of the version before go on meanwhile.

Examples:
  skygear-server migrate
  DATABASE_URL=postgres://skygear@db/skygear skygear-server migrate --check`,
    )
    .action(reporting(({ check }: { check?: boolean }) => (check ? checkMigrations() : migrate())))
}

async function migrate(): Promise<Outcome> {
  const databaseUrl = databaseUrlOf(loadSettings(process.env))
  const applied = await migrateDatabase(databaseUrl)
  const where = describeDatabase(databaseUrl)
  return {
    text:
      applied.length === 0
        ? `${where} is up to date.`
        : [`${where} is up to date. Applied:`, ...indent(applied)].join('\n'),
    json: { applied },
  }
}

async function checkMigrations(): Promise<Outcome> {
  const databaseUrl = databaseUrlOf(loadSettings(process.env))
  const state = await readMigrations(databaseUrl)
  return { text: describeState(state), json: state, isBad: state.pending.length > 0 }
}

function describeState({ pending, newer }: { pending: string[]; newer: string[] }): string {
  const lines =
    pending.length === 0
      ? ['There is nothing to do.']
      : ['To be applied by `skygear-server migrate`:', ...indent(pending)]
  if (newer.length > 0) lines.push('From a newer version of the server:', ...indent(newer))
  return lines.join('\n')
}

function indent(names: string[]): string[] {
  return names.map((name) => `  ${name}`)
}
