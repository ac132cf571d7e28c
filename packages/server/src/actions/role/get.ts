import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import { isAdmin } from '../../security/authenticate.ts'
import { defineAction } from '../action.ts'

export const getRoles = defineAction({
  name: 'role:get',
  summary: "Gives users' roles: one's own, or for administrators anybody's.",
  access: 'reader',
  input: z.object({ users: z.array(z.string()).nullish().describe('User ids.') }),
  output: z.record(z.string(), z.array(z.string())),
  errors: ['InvalidArgument', 'NotAuthenticated', 'PermissionDenied'],

  async handler({ users }, { storage, caller }) {
    if (!users || users.length === 0) {
      throw invalidArgument('unspecified user IDs in request', 'users')
    }
    const ownId = caller.user?.account.id
    const asksOnlyOwn = users.length === 1 && users[0] === ownId
    if (!asksOnlyOwn && !(await isAdmin(caller, storage.roles))) {
      throw ownId === undefined
        ? new ApiError('NotAuthenticated', 'Authentication is needed to get roles')
        : new ApiError('PermissionDenied', "no permission to get other users' roles")
    }
    const entries = users.map(async (id) => {
      const user = await storage.accounts.find(id)
      return [id, user?.account.roles ?? []] as const
    })
    return Object.fromEntries(await Promise.all(entries))
  },
})
