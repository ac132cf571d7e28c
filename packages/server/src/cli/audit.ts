import { type Command, InvalidArgumentError, Option } from 'commander'
import { auditEventAsJson, auditEventNames } from '../audit/audit-trail.ts'
import { administer } from './administration.ts'
import { type Outcome, reporting } from './outcome.ts'
import { table } from './user/describe-user.ts'
import { findUser } from './user/find-user.ts'

interface ListOptions {
  user?: string
  event?: string
  since?: number
  before?: string
  limit: number
}

export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .description('read the audit trail')
    .command('list')
    .description('list what was done to accounts, the newest first')
    .option('--user <user>', 'user id, also of a deleted user, or what the user logs in with')
    .addOption(new Option('--event <event>', 'one kind of event').choices(auditEventNames))
    .option('--since <time>', 'such as 2030-01-31 or 2030-01-31T12:00:00Z', parseTime)
    .option('--before <id>', 'go on before the event with this id')
    .option('--limit <count>', 'events to list at most', parseCount, 100)
    .addHelpText(
      'after',
      `
Examples:
  skygear-server audit list --user amy
  skygear-server audit list --event login_failure --since 2030-01-31 --json`,
    )
    .action(reporting(list))
}

function list({ user: name, event, since, before, limit }: ListOptions): Promise<Outcome> {
  return administer(async (administration) => {
    const userId = name === undefined ? undefined : await idOf(name, administration)
    const query = { userId, event, since, before, limit: limit + 1 }
    const found = await administration.storage.audit.list(query)
    const events = found.slice(0, limit)
    const last = found.length > limit ? events.at(-1)?.id : undefined
    const rows = events.map(({ at, event: kind, userId: user, actor, source, data }) => [
      new Date(at).toISOString(),
      kind,
      user,
      actor,
      source['address'],
      source['client'],
      Object.keys(data).length > 0 ? data : '',
    ])
    const header = ['TIME', 'EVENT', 'USER', 'BY', 'ADDRESS', 'CLIENT', 'DATA']
    const more = last === undefined ? '' : `\nThere are more: --before ${last}`
    return {
      text: events.length === 0 ? 'There are no such events.' : table([header, ...rows]) + more,
      json: { events: events.map(auditEventAsJson), next_before: last ?? null },
    }
  })
}

/** A name of nobody may be the id of a user who was deleted. */
async function idOf(name: string, administration: Parameters<typeof findUser>[0]) {
  try {
    return (await findUser(administration, name)).account.id
  } catch {
    return name
  }
}

function parseTime(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new InvalidArgumentError('It must be a date or a time.')
  return time
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > 100_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 100000.')
  }
  return count
}
