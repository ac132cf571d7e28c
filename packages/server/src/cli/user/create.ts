import { type Command, InvalidArgumentError } from 'commander'
import { endSessions } from '../../actions/auth/end-sessions.ts'
import { type Administration, administer } from '../administration.ts'
import { CommandError, type Outcome, reporting } from '../outcome.ts'
import { addPasswordOptions, type PasswordOptions, readPassword } from '../read-password.ts'
import { userAsJson } from './describe-user.ts'
import { findUser } from './find-user.ts'

interface CreateOptions extends PasswordOptions {
  username?: string
  email?: string
  loginId?: Record<string, string>
  role?: string[]
}

export function addCreateCommand(user: Command): void {
  const command = user
    .command('create')
    .description('make a user, who is held to the password policy')
    .option('--username <name>')
    .option('--email <address>')
    .option('--login-id <key=value>', 'another key of AUTH_RECORD_KEYS', collectPairs)
    .option('--role <role>', 'a role of the user; may be repeated', collect)
  addPasswordOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  skygear-server user create --username amy --email amy@example.com
  skygear-server user create --username root --role Admin --generate
  skygear-server user create --login-id phone=+41791234567 --password-stdin < password.txt`,
    )
    .action(reporting(create))
}

async function create({
  username,
  email,
  loginId,
  role: roles = [],
  ...options
}: CreateOptions): Promise<Outcome> {
  const authData = { ...(username && { username }), ...(email && { email }), ...loginId }
  if (Object.keys(authData).length === 0) {
    throw new CommandError('Give --username, --email or --login-id.')
  }
  const { password, isGenerated } = await readPassword(options)
  return administer(async (administration) => {
    const id = await signUp(administration, authData, password)
    if (roles.length > 0) await administration.call('role:assign', { users: [id], roles })
    const user = await findUser(administration, id)
    const shown = userAsJson(user, administration.settings)
    return {
      text: `Made the user ${id}.${isGenerated ? `\nPassword: ${password}` : ''}`,
      json: isGenerated ? { ...shown, password } : shown,
    }
  })
}

async function signUp(
  { call, storage }: Administration,
  authData: Record<string, string>,
  password: string,
): Promise<string> {
  const answer = await call('auth:signup', { auth_data: authData, password })
  const { user_id: id } = answer as { user_id: string }
  // Signing up logs in, which nobody has done here.
  await storage.transaction((stores) => endSessions(stores, id, 'revoked', Date.now()))
  return id
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value]
}

function collectPairs(pair: string, before: Record<string, string> = {}): Record<string, string> {
  const at = pair.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be of the form key=value.')
  return { ...before, [pair.slice(0, at)]: pair.slice(at + 1) }
}
