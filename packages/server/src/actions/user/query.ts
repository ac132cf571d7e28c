import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { isAdmin } from '../../security/authenticate.ts'
import type { User } from '../../storage/storage.ts'
import { flatNames } from '../../users/auth-response.ts'
import { loginIdsOf } from '../../users/login-id.ts'
import { defineAction } from '../action.ts'

const foundUser = z.strictObject({
  id: z.string(),
  type: z.literal('user'),
  data: z.strictObject({
    _id: z.string(),
    username: z.string().optional(),
    email: z.string().optional(),
    roles: z.array(z.string()).optional(),
  }),
})

export const queryUsers = defineAction({
  name: 'user:query',
  summary: 'Finds users by their names, for administrators; how clients of dialect A do it.',
  access: 'reader',
  input: z.object({
    usernames: z.array(z.string()).nullish(),
    emails: z.array(z.string()).nullish(),
  }),
  output: z.array(foundUser),
  errors: ['NotAuthenticated', 'PermissionDenied'],

  async handler({ usernames, emails }, { storage, caller }) {
    if (!(await isAdmin(caller, storage.roles))) {
      throw caller.user
        ? new ApiError('PermissionDenied', 'No permission to query user')
        : new ApiError('NotAuthenticated', 'Authentication is needed to query user')
    }
    const names = [
      ...(usernames ?? []).map((username) => ({ username })),
      ...(emails ?? []).map((email) => ({ email })),
    ]
    const ids = names.flatMap((name) => loginIdsOf([['username'], ['email']], name))
    const users = new Map<string, User>()
    for (const id of ids) {
      const user = await storage.loginIds.findUser(id)
      if (user) users.set(user.account.id, user)
    }
    return [...users.values()].map(presentFoundUser)
  },
})

function presentFoundUser({ account, record }: User) {
  const { id, roles } = account
  return {
    id,
    type: 'user' as const,
    data: { _id: id, ...flatNames(record), ...(roles.length > 0 && { roles }) },
  }
}
