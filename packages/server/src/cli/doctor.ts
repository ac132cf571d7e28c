import { dirname } from 'node:path'
import type { Command } from 'commander'
import { databaseUrlOf } from '../server.ts'
import { findUnservedSettings, loadSettings, type Settings, SettingsError } from '../settings.ts'
import { type Finding, ok, problem, warning } from '../storage/finding.ts'
import { examineDatabase, sqliteFileOf } from '../storage/open-storage.ts'
import { examineDisk } from './checks/disk.ts'
import { examineKeys } from './checks/keys.ts'
import { examineMail } from './checks/mail.ts'
import { type Outcome, reporting } from './outcome.ts'

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check settings, keys, database, clock, disk and mail, and tell what to do')
    .addHelpText(
      'after',
      `
Changes nothing, and may run beside a server. Run it as the user of the server, with the same
environment. Exit code 1 tells that there is a problem; warnings may be meant.

Examples:
  skygear-server doctor
  skygear-server doctor --json`,
    )
    .action(reporting(diagnose))
}

async function diagnose(): Promise<Outcome> {
  const findings = await examine(process.env)
  const isBad = findings.some(({ status }) => status === 'problem')
  return {
    text: [...findings.map(describe), '', summary(findings)].join('\n'),
    json: { ok: !isBad, findings },
    isBad,
  }
}

async function examine(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let settings: Settings
  try {
    settings = loadSettings(environment)
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    // Nothing else can be looked at without them.
    return [problem('settings', error.message, 'See docs/reference/settings.md.')]
  }
  const databaseUrl = databaseUrlOf(settings)
  const file = sqliteFileOf(databaseUrl)
  return [
    ...examineSettings(settings, environment),
    ...examineKeys(settings),
    ...(await examineDatabase(databaseUrl, Date.now()).catch(cannotBeRead)),
    examineDisk(file === undefined ? settings.dataDirectory : dirname(file)),
    await examineMail(settings.smtpUrl),
  ]
}

function cannotBeRead(error: Error): Finding[] {
  const what = `The tables cannot be read: ${error.message}.`
  return [problem('database', what, 'Restore a backup if something has changed them from outside.')]
}

function examineSettings(settings: Settings, environment: NodeJS.ProcessEnv): Finding[] {
  const found = findUnservedSettings(environment).map((name) =>
    warning('settings', `${name} is set, but has no meaning for this server.`, 'Remove it.'),
  )
  if (settings.tokenStore === 'jwt' && settings.tokenExpirySeconds === 0) {
    const what = 'JWT tokens never end by themselves.'
    found.push(warning('settings', what, 'Set TOKEN_STORE_EXPIRY to a number of seconds.'))
  }
  return found.length > 0 ? found : [ok('settings', 'The settings can be used.')]
}

const labels = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' }

function describe({ about, status, what, remedy }: Finding): string {
  const line = `${labels[status].padEnd(8)} ${about.padEnd(9)} ${what}`
  return remedy === undefined ? line : `${line}\n${' '.repeat(19)}${remedy}`
}

function summary(findings: Finding[]): string {
  const count = (wanted: Finding['status']) =>
    findings.filter(({ status }) => status === wanted).length
  return `${count('problem')} problems, ${count('warning')} warnings.`
}
