import { Command, CommanderError } from 'commander'
import { addAttackCommand } from './attack.ts'
import { addAuditCommand } from './audit.ts'
import { addBackupCommand } from './backup.ts'
import { addDoctorCommand } from './doctor.ts'
import { explainFailure } from './explain-failure.ts'
import { addMigrateCommand } from './migrate.ts'
import { printFailure } from './outcome.ts'
import { addRestoreCommand } from './restore.ts'
import { addKeyCommand } from './rotate-key.ts'
import { parseWorkers, serve } from './serve.ts'
import { addUserCommand } from './user/user-command.ts'

/** Exit code of a command that was not understood. */
const WRONG_USAGE = 2

const program = new Command('skygear-server')
  .description('User authentication for app developers, on the Skygear protocol.')
  .option('--json', 'answer as JSON, for programs')
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({
    outputError: (text) => printFailure(asOneLine(text), process.argv.includes('--json')),
  })
  .exitOverride()
  .addHelpText(
    'after',
    `
Settings are environment variables; see docs/reference/settings.md.
Exit codes: 0 done, 1 failed or something is wrong, ${WRONG_USAGE} not understood.`,
  )

program
  .command('serve')
  .description('run the server until it is told to stop')
  .option('--workers <number>', 'processes that share the work, one for each core', parseWorkers, 1)
  .option('--dev', 'for your own machine: mails on a page, a log for people, no limits of networks')
  .addHelpText(
    'after',
    '\nExamples:\n  PORT=8080 DATA_DIR=/var/lib/skygear skygear-server serve' +
      '\n  DATABASE_URL=postgres://skygear@db/skygear skygear-server serve --workers 4',
  )
  .action(serve)
addMigrateCommand(program)
addDoctorCommand(program)
addBackupCommand(program)
addRestoreCommand(program)
addUserCommand(program)
addKeyCommand(program)
addAuditCommand(program)
addAttackCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has told what is wrong already, or shown the help that was asked for.
    process.exit(error.exitCode === 0 ? 0 : WRONG_USAGE)
  }
  process.stderr.write(`${explainFailure(error)}\n`)
  process.exit(1)
}

/** Without the value of an unknown option: somebody may have tried to give a password. */
function asOneLine(text: string): string {
  const line = text.trim().replaceAll(/\s*\n\s*/g, ' ')
  return line.replace(/^(error: unknown option '[^=']*)=.*?'(?=$| \(Did you)/, "$1'")
}
