import { z } from 'zod'
import { invalidArgument } from '../../errors.ts'
import {
  decodeFieldAccessRule,
  type FieldAccessRule,
  type FieldAccessRules,
  hasDuplicates,
} from '../../records/field-access.ts'
import { defineAction } from '../action.ts'

const output = z.strictObject({
  access: z.array(
    z.strictObject({
      record_type: z.string(),
      record_field: z.string(),
      user_role: z.string(),
      writable: z.boolean(),
      readable: z.boolean(),
      comparable: z.boolean(),
      discoverable: z.boolean(),
    }),
  ),
})

export const getFieldAccess = defineAction({
  name: 'schema:field_access:get',
  summary: 'Gives the rules for single fields.',
  access: 'admin',
  input: z.object({}),
  output,
  errors: [],

  async handler(_, { storage }) {
    return presentRules(await storage.fieldAccess.all())
  },
})

export const updateFieldAccess = defineAction({
  name: 'schema:field_access:update',
  summary:
    'Makes these the only rules for single fields. They hold at once, in other processes within a second.',
  access: 'admin',
  input: z.object({ access: z.array(z.unknown()).nullish() }),
  output,
  errors: ['InvalidArgument'],

  async handler({ access }, { storage, fieldAccess }) {
    if (!access) throw invalidArgument('missing required fields', 'access')
    const rules = access.map(decodeFieldAccessRule)
    if (hasDuplicates(rules)) throw invalidArgument('duplicated access entry', 'access')
    await storage.transaction((stores) => stores.fieldAccess.replace(rules))
    fieldAccess.forget()
    return presentRules(await storage.fieldAccess.all())
  },
})

function presentRules(rules: FieldAccessRules): z.output<typeof output> {
  const ofTypes = inOrder(rules).flatMap(inOrder)
  return { access: ofTypes.flatMap((ofField) => ofField.map(presentRule)) }
}

/** The values, in the order of the names. */
function inOrder<Value>(byName: ReadonlyMap<string, Value>): Value[] {
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

function presentRule(rule: FieldAccessRule) {
  return {
    record_type: rule.recordType,
    record_field: rule.recordField,
    user_role: rule.userRole,
    writable: rule.writable,
    readable: rule.readable,
    comparable: rule.comparable,
    discoverable: rule.discoverable,
  }
}
