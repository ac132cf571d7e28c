import type { Command } from 'commander'
import { endSessions } from '../../actions/auth/end-sessions.ts'
import { administer } from '../administration.ts'
import { type Outcome, reporting } from '../outcome.ts'
import { addPasswordOptions, type PasswordOptions, readPassword } from '../read-password.ts'
import { findUser } from './find-user.ts'

export function addResetPasswordCommand(user: Command): void {
  const command = user
    .command('reset-password')
    .description('set a new password, by the password policy, and end all sessions of the user')
    .argument('<user>', 'user id, or what the user logs in with')
  addPasswordOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  skygear-server user reset-password amy
  skygear-server user reset-password amy@example.com --generate`,
    )
    .action(reporting(resetPassword))
}

async function resetPassword(name: string, options: PasswordOptions): Promise<Outcome> {
  return administer(async (administration) => {
    const { account } = await findUser(administration, name)
    const { password, isGenerated } = await readPassword(options)
    await administration.call('auth:reset_password', { auth_id: account.id, password })
    // Among them the one that the action opens; whoever knew the old password is out.
    await administration.storage.transaction((stores) =>
      endSessions(stores, account.id, 'passwordReset', Date.now()),
    )
    return {
      text:
        `Set the password of the user ${account.id}, and ended all sessions.` +
        (isGenerated ? `\nPassword: ${password}` : ''),
      json: { user_id: account.id, ...(isGenerated && { password }) },
    }
  })
}
