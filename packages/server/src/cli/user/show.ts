import type { Command } from 'commander'
import { administer } from '../administration.ts'
import { type Outcome, reporting } from '../outcome.ts'
import { table, userAsJson } from './describe-user.ts'
import { findUser } from './find-user.ts'

export function addShowCommand(user: Command): void {
  user
    .command('show')
    .description('show a user, with the number of open sessions')
    .argument('<user>', 'user id, or what the user logs in with')
    .addHelpText('after', '\nExample:\n  skygear-server user show amy@example.com')
    .action(reporting(show))
}

function show(name: string): Promise<Outcome> {
  return administer(async (administration) => {
    const { storage, settings } = administration
    const user = await findUser(administration, name)
    const sessions = await storage.sessions.countOfUser(user.account.id)
    const shown = { ...userAsJson(user, settings), sessions }
    return { text: table(Object.entries(shown)), json: shown }
  })
}
