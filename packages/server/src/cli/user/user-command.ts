import type { Command } from 'commander'
import { addCreateCommand } from './create.ts'
import { addDeleteCommand } from './delete.ts'
import { addDisableCommand, addEnableCommand } from './disable.ts'
import { addListCommand } from './list.ts'
import { addLogoutCommand } from './logout.ts'
import { addResetPasswordCommand } from './reset-password.ts'
import { addShowCommand } from './show.ts'

/** `skygear-server user …`: works on the database, whether a server runs on it or not. */
export function addUserCommand(program: Command): void {
  const user = program.command('user').description('look after users')
  addListCommand(user)
  addShowCommand(user)
  addCreateCommand(user)
  addResetPasswordCommand(user)
  addDisableCommand(user)
  addEnableCommand(user)
  addDeleteCommand(user)
  addLogoutCommand(user)
}
