import { Command } from 'commander'
import { explainFailure } from './explain-failure.ts'
import { serve } from './serve.ts'

const program = new Command('skygear-server')
  .description('User authentication for app developers, on the Skygear protocol.')
  .addHelpText('after', '\nSettings are environment variables; see docs/reference/settings.md.')

program
  .command('serve')
  .description('run the server until it is told to stop')
  .option('--dev', 'show mails on a page of this machine when no mail server is set')
  .addHelpText('after', '\nExample:\n  PORT=8080 DATA_DIR=/var/lib/skygear skygear-server serve')
  .action(serve)

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`${explainFailure(error)}\n`)
  process.exit(1)
}
