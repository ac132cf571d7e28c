import type { Value } from '../../records/value.ts'
import { UniqueViolation, type User } from '../../storage/storage.ts'
import { loginIdsOf } from '../../users/login-id.ts'
import { languagesOf } from '../../users/user.ts'
import type { ActionContext } from '../action.ts'
import { userDuplicated } from './auth-input.ts'
import { createUser, type NewUser } from './create-user.ts'

/** Ends a transaction whose work is not to be kept. */
class Undone extends Error {}

/**
 * What a sign-up with an address that is taken is answered when nobody is to learn that it is: the
 * user that it would have made, who is made and undone again. The address's owner gets a mail.
 *
 * Throws Duplicated when another name than the address is taken too.
 */
export async function pretendSignup(
  parts: Omit<NewUser, 'roles'>,
  context: ActionContext,
): Promise<User> {
  const { storage, settings, now } = context
  const authRecordKeys = settings.authRecordKeys.filter((group) => !isAddress(group))
  let user: User | undefined
  await storage
    .transaction(async (stores) => {
      const roles = await stores.roles.default()
      user = await createUser(stores, { ...parts, roles }, { authRecordKeys }, now)
      throw new Undone()
    })
    .catch((error: unknown) => {
      if (error instanceof UniqueViolation) throw userDuplicated(error)
      if (!(error instanceof Undone)) throw error
    })
  await tellOwner(parts.fields, context)
  return user!
}

async function tellOwner(
  fields: Record<string, Value>,
  { storage, mails, client, now }: ActionContext,
): Promise<void> {
  await storage.transaction(async (stores) => {
    const [loginId] = loginIdsOf([['email']], fields)
    const owner = loginId && (await stores.loginIds.findUser(loginId))
    if (!owner) return
    const languages = languagesOf(owner.record, client.languages)
    const recipient = { address: owner.record.fields['email'], languages }
    await mails.post(stores, { kind: 'account-exists' }, recipient, now)
  })
}

function isAddress(group: string[]): boolean {
  return group.join() === 'email'
}
