import type { Command } from 'commander'
import { deleteUser } from '../../actions/user/delete-user.ts'
import { administer } from '../administration.ts'
import { confirm } from '../confirm.ts'
import { CommandError, type Outcome, reporting } from '../outcome.ts'
import { findUser } from './find-user.ts'

export function addDeleteCommand(user: Command): void {
  user
    .command('delete')
    .description('delete a user for good, with login ids, sessions and private records')
    .argument('<user>', 'user id, or what the user logs in with')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
Public records of the user stay, with the user's id as their owner. Fields of other records that
refer to the user are removed.

Example:
  skygear-server user delete amy --yes`,
    )
    .action(reporting(remove))
}

function remove(name: string, { yes }: { yes?: boolean }): Promise<Outcome> {
  return administer(async (administration) => {
    const { storage, audit } = administration
    const { account } = await findUser(administration, name)
    await confirm(`Delete the user ${account.id} for good?`, yes === true)
    await storage.transaction(async (stores) => {
      // It may have been changed while somebody thought about it.
      const user = await stores.accounts.find(account.id)
      if (!user) throw new CommandError(`There is no user "${name}".`)
      await deleteUser(stores, user, Date.now())
      await audit(stores, 'delete_user', account.id)
    })
    return {
      text: `Deleted the user ${account.id}.`,
      json: { user_id: account.id, deleted: true },
    }
  })
}
