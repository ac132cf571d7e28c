import { type Command, InvalidArgumentError } from 'commander'
import { administer } from '../administration.ts'
import { type Outcome, reporting } from '../outcome.ts'
import { table, userAsJson } from './describe-user.ts'

interface ListOptions {
  limit: number
  after: string
}

export function addListCommand(user: Command): void {
  user
    .command('list')
    .description('list users in the order of their ids')
    .option('--limit <count>', 'users to list at most', parseCount, 100)
    .option('--after <id>', 'go on after the user with this id', '')
    .addHelpText(
      'after',
      `
Examples:
  skygear-server user list
  skygear-server user list --limit 1000 --json`,
    )
    .action(reporting(list))
}

function list({ limit, after }: ListOptions): Promise<Outcome> {
  return administer(async ({ storage, settings }) => {
    const found = await storage.accounts.list(after, limit + 1)
    const users = found.slice(0, limit).map((user) => userAsJson(user, settings))
    const last = found.length > limit ? String(users.at(-1)?.['user_id']) : undefined
    const rows = users.map((user) => [
      user['user_id'],
      user['username'],
      user['email'],
      (user['roles'] as string[]).join(','),
      user['disabled'] ? 'disabled' : '',
      user['last_login_at'],
    ])
    const header = ['ID', 'USERNAME', 'EMAIL', 'ROLES', 'STATE', 'LAST LOG-IN']
    const more = last === undefined ? '' : `\nThere are more: --after ${last}`
    return {
      text: users.length === 0 ? 'There are no users.' : table([header, ...rows]) + more,
      json: { users, next_after: last ?? null },
    }
  })
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > 100_000) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 100000.')
  }
  return count
}
