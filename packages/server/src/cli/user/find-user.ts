import type { User } from '../../storage/storage.ts'
import { loginIdsOf } from '../../users/login-id.ts'
import type { Administration } from '../administration.ts'
import { CommandError } from '../outcome.ts'

/**
 * Finds a user by id, or by what the user logs in with.
 *
 * Throws CommandError when there is none, or when the name belongs to several.
 */
export async function findUser(
  { storage, settings }: Pick<Administration, 'storage' | 'settings'>,
  name: string,
): Promise<User> {
  // First, so that nobody gets in the way of another by taking an id as a name.
  const byId = await storage.accounts.find(name)
  if (byId) return byId
  const single = settings.authRecordKeys.filter((keys) => keys.length === 1)
  const users = new Map<string, User>()
  for (const id of single.flatMap((keys) => loginIdsOf([keys], { [keys[0]!]: name }))) {
    const user = await storage.loginIds.findUser(id)
    if (user) users.set(user.account.id, user)
  }
  const [user, ...others] = users.values()
  if (!user) throw new CommandError(`There is no user "${name}".`)
  if (others.length > 0) {
    throw new CommandError(
      `Several users are called "${name}". Name one by the id: ${[...users.keys()].join(', ')}`,
    )
  }
  return user
}
