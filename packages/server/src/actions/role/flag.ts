import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import { defineAction } from '../action.ts'

const input = z.object({ roles: z.array(z.string()).nullish() })
const output = z.array(z.string())

export const setAdminRoles = defineAction({
  name: 'role:admin',
  summary: 'Makes these the roles whose holders are administrators.',
  access: 'operator',
  input,
  output,
  errors: ['InvalidArgument'],

  async handler({ roles }, { storage, audit }) {
    const given = checkRoles(roles)
    await storage.transaction(async (stores) => {
      await stores.roles.flag('admin', given)
      await audit(stores, 'change_role_kind', null, { kind: 'admin', roles: given })
    })
    return given
  },
})

export const setDefaultRoles = defineAction({
  name: 'role:default',
  summary: 'Makes these the roles that every new user gets.',
  access: 'operator',
  input,
  output,
  errors: ['InvalidArgument'],

  async handler({ roles }, { storage, audit }) {
    const given = checkRoles(roles)
    await storage.transaction(async (stores) => {
      await stores.roles.flag('default', given)
      await audit(stores, 'change_role_kind', null, { kind: 'default', roles: given })
    })
    return given
  },
})

function checkRoles(roles: string[] | null | undefined): string[] {
  if (!roles) throw invalidArgument('unspecified roles in request', 'roles')
  return roles
}
