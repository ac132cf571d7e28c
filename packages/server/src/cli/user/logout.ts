import type { Command } from 'commander'
import { endSessions } from '../../actions/auth/end-sessions.ts'
import { administer } from '../administration.ts'
import { CommandError, type Outcome, reporting } from '../outcome.ts'
import { findUser } from './find-user.ts'

export function addLogoutCommand(user: Command): void {
  user
    .command('logout')
    .description('end all sessions of a user, from the next request on')
    .argument('<user>', 'user id, or what the user logs in with')
    .option('--yes', 'also log out a user without a password, who cannot come back')
    .addHelpText(
      'after',
      `
With TOKEN_STORE=jwt, tokens that the original server signed go on until the password changes.

Example:
  skygear-server user logout amy`,
    )
    .action(reporting(logout))
}

function logout(name: string, { yes }: { yes?: boolean }): Promise<Outcome> {
  return administer(async (administration) => {
    const { storage } = administration
    const { account } = await findUser(administration, name)
    if (account.passwordHash === null && !yes) {
      throw new CommandError(
        `The user ${account.id} has no password, and could never log in again. Give --yes if that is meant.`,
      )
    }
    const sessions = await storage.transaction(async (stores) => {
      const count = await stores.sessions.countOfUser(account.id)
      await endSessions(stores, account.id)
      return count
    })
    return {
      text: `Ended all sessions of the user ${account.id}.`,
      json: { user_id: account.id, sessions_ended: sessions },
    }
  })
}
