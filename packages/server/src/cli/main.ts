import { Command } from 'commander'
import { explainFailure } from './explain-failure.ts'
import { parseWorkers, serve } from './serve.ts'

const program = new Command('skygear-server')
  .description('User authentication for app developers, on the Skygear protocol.')
  .addHelpText('after', '\nSettings are environment variables; see docs/reference/settings.md.')

program
  .command('serve')
  .description('run the server until it is told to stop')
  .option('--workers <number>', 'processes that share the work, one for each core', parseWorkers, 1)
  .addHelpText(
    'after',
    '\nExamples:\n  PORT=8080 DATA_DIR=/var/lib/skygear skygear-server serve' +
      '\n  DATABASE_URL=postgres://skygear@db/skygear skygear-server serve --workers 4',
  )
  .action(serve)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`)
  process.exit(1)
}
