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

  async handler(given, { storage }) {
    const { roles, users } = checkLists(given)
    await storage.transaction(async (stores) => {
      await stores.roles.add(roles)
      await changeRoles(users, stores, (held) => [...new Set([...held, ...roles])])
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

  async handler(given, { storage }) {
    const { roles, users } = checkLists(given)
    await storage.transaction((stores) =>
      changeRoles(users, stores, (held) => held.filter((role) => !roles.includes(role))),
    )
    return 'OK' as const
  },
})

function checkLists({ roles, users }: z.output<typeof input>) {
  if (!roles || roles.length === 0) throw invalidArgument('unspecified roles in request', 'roles')
  if (!users || users.length === 0) throw invalidArgument('unspecified users in request', 'users')
  return { roles, users }
}

async function changeRoles(
  users: string[],
  { accounts }: Stores,
  change: (held: string[]) => string[],
): Promise<void> {
  for (const id of users) {
    const user = await accounts.find(id)
    if (user) await accounts.setRoles(id, change(user.account.roles))
  }
}
