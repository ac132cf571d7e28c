import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import type { Stores } from '../../storage/storage.ts'
import { defineAction } from '../action.ts'

const input = z.object({
  roles: z.array(z.string()).nullish(),
  users: z.array(z.string()).nullish().describe('User ids; unknown ones are ignored.'),
})

export const assignRoles = defineAction({
  name: 'role:assign',
  summary: 'Gives roles to users; roles that do not exist are made.',
  access: 'admin',
  input,
  output: z.literal('OK'),
  errors: ['InvalidArgument'],

  async handler(given, { storage, audit }) {
    const { roles, users } = checkLists(given)
    await storage.transaction(async (stores) => {
      await stores.roles.add(roles)
      const change = (held: string[]) => [...new Set([...held, ...roles])]
      for (const id of await changeRoles(users, stores, change)) {
        await audit(stores, 'change_roles', id, { type: 'assign', user_ids: [id], roles })
      }
    })
    return 'OK' as const
  },
})

export const revokeRoles = defineAction({
  name: 'role:revoke',
  summary: 'Takes roles from users.',
  access: 'admin',
  input,
  output: z.literal('OK'),
  errors: ['InvalidArgument'],

  async handler(given, { storage, audit }) {
    const { roles, users } = checkLists(given)
    await storage.transaction(async (stores) => {
      const change = (held: string[]) => held.filter((role) => !roles.includes(role))
      for (const id of await changeRoles(users, stores, change)) {
        await audit(stores, 'change_roles', id, { type: 'revoke', user_ids: [id], roles })
      }
    })
    return 'OK' as const
  },
})

function checkLists({ roles, users }: z.output<typeof input>) {
  if (!roles || roles.length === 0) throw invalidArgument('unspecified roles in request', 'roles')
  if (!users || users.length === 0) throw invalidArgument('unspecified users in request', 'users')
  return { roles, users }
}

/** Gives the ids of the users that there are. */
async function changeRoles(
  users: string[],
  { accounts }: Stores,
  change: (held: string[]) => string[],
): Promise<string[]> {
  const known: string[] = []
  for (const id of new Set(users)) {
    const user = await accounts.find(id)
    if (!user) continue
    await accounts.setRoles(id, change(user.account.roles))
    known.push(id)
  }
  return known
}
