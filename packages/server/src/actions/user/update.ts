import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import type { RecordInput } from '../../records/record.ts'
import { isAdmin } from '../../security/authenticate.ts'
import { flatNames } from '../../users/auth-response.ts'
import { defineAction } from '../action.ts'
import { userDuplicated } from '../auth/auth-input.ts'
import { saveRecord } from '../record/save-record.ts'

export const updateUser = defineAction({
  name: 'user:update',
  summary: "Changes a user's names; how clients of dialect A do it.",
  access: 'writer',
  input: z.object({
    _id: z.string().nullish(),
    username: z.string().nullish(),
    email: z.string().nullish(),
    roles: z.array(z.string()).nullish(),
  }),
  output: z.strictObject({
    _id: z.string(),
    username: z.string().optional(),
    email: z.string().optional(),
    roles: z.array(z.string()).optional(),
  }),
  errors: ['InvalidArgument', 'PermissionDenied', 'ResourceNotFound', 'Duplicated'],

  async handler(
    { _id: id, username, email, roles },
    { storage, caller, client, audit, fieldAccess, mails, settings, now },
  ) {
    if (!id) throw invalidArgument('missing required fields', '_id')
    if (roles && new Set(roles).size < roles.length) {
      throw invalidArgument('duplicated roles in payload', 'roles')
    }
    const isAdministrator = await isAdmin(caller, storage.roles)
    if (caller.user?.account.id !== id && !isAdministrator) {
      throw new ApiError('PermissionDenied', 'no permission to modify other users')
    }
    const rules = await fieldAccess.rules(now)
    return storage.transaction(async (stores) => {
      const user = await stores.accounts.find(id)
      if (!user) throw new ApiError('ResourceNotFound', 'user not found')
      const newRoles = roles ?? user.account.roles
      if (!isAdministrator) checkRoles(newRoles, user.account.roles)
      if (roles) {
        await stores.roles.add(roles)
        await stores.accounts.setRoles(id, roles)
        await audit(stores, 'change_roles', id, { type: 'set', user_ids: [id], roles })
      }
      const input = namesToSave(id, username, email)
      const { databaseId } = user.record
      const parts = { stores, databaseId, caller, client, audit, mails, rules, settings, now }
      const record = await saveRecord(input, { ...parts, deniedFields: 'refuse' }).catch(
        (error: unknown) => {
          throw error instanceof ApiError && error.name === 'Duplicated'
            ? userDuplicated(error)
            : error
        },
      )
      return { _id: id, ...flatNames(record), ...(newRoles.length > 0 && { roles: newRoles }) }
    })
  },
})

/** Users may give roles up, not take them. */
function checkRoles(wanted: string[], held: string[]): void {
  if (wanted.some((role) => !held.includes(role))) {
    throw new ApiError('PermissionDenied', 'no permission to add new roles')
  }
}

/** Empty names leave what is there. */
function namesToSave(
  id: string,
  username: string | null | undefined,
  email: string | null | undefined,
): RecordInput {
  const fields = { ...(username && { username }), ...(email && { email }) }
  return { type: 'user', key: id, access: undefined, fields }
}
