import type { Command } from 'commander'
import { rehearse, type Trial } from './attack/rehearse.ts'
import { createSite } from './attack/site.ts'
import { confirm } from './confirm.ts'
import { CommandError, type Outcome, reporting } from './outcome.ts'

interface AttackOptions {
  apiKey?: string
  masterKey?: string
  strict?: boolean
  yes?: boolean
}

export function addAttackCommand(program: Command): void {
  program
    .command('attack')
    .description('rehearse attacks against a running server of your own, and tell which it holds')
    .argument('<url>', 'where the server is, such as https://auth.example.com')
    .option('--api-key <key>', 'its API key; or set API_KEY')
    .option('--strict', 'expect what ENUMERATION=strict promises too')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Makes users whose names begin with attack-, and guesses their passwords until the server shuts this
machine out for a while. Some attacks need the master key, which is taken from MASTER_KEY.
Exit code 1 tells that an attack succeeded. The cases are in docs/reference/attack-cases.md.

Example:
  skygear-server attack http://127.0.0.1:3000 --api-key KEY`,
    )
    .action(reporting(attack))
}

async function attack(url: string, options: AttackOptions): Promise<Outcome> {
  const apiKey = options.apiKey ?? process.env['API_KEY']
  const masterKey = process.env['MASTER_KEY']
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new CommandError(`${url} is no address.`)
  if (!apiKey) throw new CommandError('Give --api-key, or set API_KEY.')
  await confirm(`Is ${url} a server of your own, and may it be attacked?`, options.yes === true)
  const site = createSite(url, { apiKey, ...(masterKey && { masterKey }) })
  const trials = await rehearse(site, { isStrict: options.strict === true }).catch(
    (error: Error) => {
      throw new CommandError(`${url} cannot be reached: ${error.message}.`)
    },
  )
  const isBad = trials.some(({ status }) => status === 'fail')
  return { text: report(trials, site.made), json: { ok: !isBad, trials, users: site.made }, isBad }
}

function report(trials: Trial[], users: string[]): string {
  const count = (wanted: Trial['status']) => trials.filter(({ status }) => status === wanted).length
  const lines = trials.flatMap(({ id, title, status, seen }) => [
    `${status.padEnd(8)} ${id.padEnd(6)} ${title}`,
    ...(seen === undefined ? [] : [`${' '.repeat(16)}${seen}`]),
  ])
  return [
    ...lines,
    '',
    `${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped.`,
    `Users who were made: ${users.join(', ')}. \`skygear-server user delete\` removes them.`,
  ].join('\n')
}
