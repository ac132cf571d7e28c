import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import { type AccessEntry, decodeAccess } from '../../records/access.ts'
import { defineAction } from '../action.ts'

export const setCreateRoles = defineAction({
  name: 'schema:access',
  summary:
    'Says which roles may make records of a type; none: every user. The master key always may.',
  access: 'operator',
  input: z.object({ type: z.string().nullish(), create_roles: z.array(z.string()).nullish() }),
  output: z.strictObject({ type: z.string(), create_roles: z.array(z.string()).optional() }),
  errors: ['InvalidArgument'],

  async handler({ type, create_roles: roles }, { storage }) {
    if (!type) throw invalidArgument('missing required fields', 'type')
    const createRoles = [...new Set(roles)]
    await storage.transaction(async (stores) => {
      await stores.roles.add(createRoles)
      await stores.schema.addFields(type, new Map())
      await stores.schema.setCreateRoles(type, createRoles)
    })
    return createRoles.length > 0 ? { type, create_roles: createRoles } : { type }
  },
})

const accessEntry = z.record(z.string(), z.unknown())

export const setDefaultAccess = defineAction({
  name: 'schema:default_access',
  summary: 'Sets the access list of new records of a type that come without one.',
  access: 'operator',
  input: z.object({ type: z.string().nullish(), default_access: z.array(z.unknown()).nullish() }),
  output: z.strictObject({ type: z.string(), default_access: z.array(accessEntry) }),
  errors: ['InvalidArgument'],

  async handler({ type, default_access: given }, { storage }) {
    if (!type) throw invalidArgument('missing required fields', 'type')
    const access = readEntries(given ?? [])
    await storage.transaction(async ({ schema }) => {
      await schema.addFields(type, new Map())
      await schema.setDefaultAccess(type, access)
    })
    return { type, default_access: access }
  },
})

function readEntries(given: unknown[]): AccessEntry[] {
  try {
    return decodeAccess(given) ?? []
  } catch (cause) {
    throw Object.assign(invalidArgument('invalid default_access entry', 'default_access'), {
      cause,
    })
  }
}
