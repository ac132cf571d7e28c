import type { Command } from 'commander'
import { administer } from '../administration.ts'
import { type Outcome, reporting } from '../outcome.ts'
import { findUser } from './find-user.ts'

interface DisableOptions {
  message?: string
  until?: string
}

export function addDisableCommand(user: Command): void {
  user
    .command('disable')
    .description('keep a user out from the next request on, for good or until a time')
    .argument('<user>', 'user id, or what the user logs in with')
    .option('--message <text>', 'what the user is told')
    .option('--until <time>', 'when the user is let in again, such as 2030-01-31T12:00:00Z')
    .addHelpText(
      'after',
      `
Example:
  skygear-server user disable amy --message 'Please call us.' --until 2030-01-31T12:00:00Z`,
    )
    .action(reporting(disable))
}

export function addEnableCommand(user: Command): void {
  user
    .command('enable')
    .description('let a disabled user in again')
    .argument('<user>', 'user id, or what the user logs in with')
    .addHelpText('after', '\nExample:\n  skygear-server user enable amy')
    .action(reporting(enable))
}

function disable(name: string, { message, until }: DisableOptions): Promise<Outcome> {
  const end = until === undefined ? '' : ` until ${until}`
  return setDisabled(name, { disabled: true, message, expiry: until }, `is disabled${end}`)
}

function enable(name: string): Promise<Outcome> {
  return setDisabled(name, { disabled: false }, 'is enabled')
}

function setDisabled(
  name: string,
  state: { disabled: boolean; message?: string | undefined; expiry?: string | undefined },
  what: string,
): Promise<Outcome> {
  return administer(async (administration) => {
    const { id } = (await findUser(administration, name)).account
    await administration.call('auth:disable:set', { auth_id: id, ...state })
    return {
      text: `The user ${id} ${what}.`,
      json: { user_id: id, disabled: state.disabled },
    }
  })
}
