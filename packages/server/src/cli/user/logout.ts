import type { Command } from 'commander'
import { endSessions } from '../../actions/auth/end-sessions.ts'
import { administer } from '../administration.ts'
import { confirm } from '../confirm.ts'
import { CommandError, type Outcome, reporting } from '../outcome.ts'
import { findUser } from './find-user.ts'

interface LogoutOptions {
  all?: boolean
  yes?: boolean
}

export function addLogoutCommand(user: Command): void {
  user
    .command('logout')
    .description('end all sessions of a user, or of all users, from the next request on')
    .argument('[user]', 'user id, or what the user logs in with')
    .option('--all', 'all users who have a password; the others could not come back')
    .option('--yes', 'do not ask; also log out a user without a password')
    .addHelpText(
      'after',
      `
With TOKEN_STORE=jwt, tokens that the original server signed go on until the password changes.

Examples:
  skygear-server user logout amy
  skygear-server user logout --all`,
    )
    .action(reporting(logout))
}

async function logout(name: string | undefined, { all, yes }: LogoutOptions): Promise<Outcome> {
  if ((name !== undefined) === (all === true)) throw new CommandError('Name a user, or give --all.')
  return name === undefined ? logoutAll(yes === true) : logoutUser(name, yes === true)
}

function logoutUser(name: string, isConfirmed: boolean): Promise<Outcome> {
  return administer(async (administration) => {
    const { storage, audit } = administration
    const { account } = await findUser(administration, name)
    if (account.passwordHash === null && !isConfirmed) {
      throw new CommandError(
        `The user ${account.id} has no password, and could never log in again. Give --yes if that is meant.`,
      )
    }
    const sessions = await storage.transaction(async (stores) => {
      await audit(stores, 'session_revoked', account.id, { all: true })
      return endSessions(stores, account.id, 'revoked', Date.now())
    })
    return {
      text: `Ended all sessions of the user ${account.id}.`,
      json: { user_id: account.id, sessions_ended: sessions },
    }
  })
}

function logoutAll(isConfirmed: boolean): Promise<Outcome> {
  return administer(async ({ storage, audit }) => {
    await confirm('Log out everybody who has a password?', isConfirmed)
    await storage.transaction(async (stores) => {
      await audit(stores, 'session_revoked', null, { all_users: true })
      await stores.accounts.endSessionsOfAll(Date.now())
    })
    return { text: 'Ended the sessions of everybody who has a password.', json: { all: true } }
  })
}
