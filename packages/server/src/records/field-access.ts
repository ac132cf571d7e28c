import { invalidArgument } from '../errors.ts'
import type { Subject } from './access.ts'
import type { Value } from './value.ts'

/** Says what one kind of user may do with one field. */
export interface FieldAccessRule {
  recordType: string
  recordField: string
  /**
   * `_owner`, `_any_user` (logged in), `_public`, `_role:NAME`, `_user_id:ID`, or `_field:NAME` for
   * the users whom a field of the record names.
   */
  userRole: string
  readable: boolean
  writable: boolean
  /** May be compared in queries, and sorted by. */
  comparable: boolean
  /** May be looked up by equality. */
  discoverable: boolean
}

/** Rules by type and field, `*` for all of them, each list in the order of the roles. */
export type FieldAccessRules = ReadonlyMap<string, ReadonlyMap<string, readonly FieldAccessRule[]>>

/** The record whose field is meant, as far as rules ask for it. */
export interface GuardedRecord {
  ownerId: string | undefined
  fields: Record<string, Value>
}

export type FieldRight = 'readable' | 'writable' | 'comparable' | 'discoverable'

const roleOrder = ['_owner', '_user_id:', '_field:', '_role:', '_any_user', '_public']

/**
 * True if the rules let the subject do this with the field. A field without rules is free; one
 * that has rules is closed to whoever none of them names.
 *
 * `record` is undefined in queries, where no single record is meant and owners have no say.
 */
export function mayUseField(
  rules: FieldAccessRules,
  recordType: string,
  field: string,
  right: FieldRight,
  subject: Subject,
  record: GuardedRecord | undefined,
): boolean {
  if (subject.isMaster || field.startsWith('_')) return true
  const applicable = rulesFor(rules, recordType, field)
  if (applicable.length === 0) return true
  const deciding = applicable.find((candidate) => isMeant(candidate.userRole, subject, record))
  return deciding?.[right] ?? false
}

/** Rules of the first pattern that has any: the exact type before `*`, then the exact field. */
function rulesFor(
  rules: FieldAccessRules,
  recordType: string,
  field: string,
): readonly FieldAccessRule[] {
  const ofType = rules.get(recordType)
  const ofAll = rules.get('*')
  return ofType?.get(field) ?? ofType?.get('*') ?? ofAll?.get(field) ?? ofAll?.get('*') ?? []
}

/** Puts rules in the order in which they are asked. */
export function indexRules(rules: FieldAccessRule[]): FieldAccessRules {
  const byRank = rules.toSorted((a, b) => rank(a.userRole) - rank(b.userRole))
  const byType = Map.groupBy(byRank, ({ recordType }) => recordType)
  return new Map(
    [...byType].map(([type, ofType]) => [type, Map.groupBy(ofType, (rule) => rule.recordField)]),
  )
}

function rank(userRole: string): number {
  return roleOrder.findIndex((prefix) => userRole.startsWith(prefix))
}

function isMeant(userRole: string, subject: Subject, record: GuardedRecord | undefined): boolean {
  if (userRole === '_public') return true
  if (subject.userId === undefined) return false
  if (userRole === '_any_user') return true
  if (userRole === '_owner') return subject.userId === record?.ownerId
  if (userRole.startsWith('_user_id:')) return userRole === `_user_id:${subject.userId}`
  if (userRole.startsWith('_role:')) return subject.roles.includes(userRole.slice('_role:'.length))
  return record !== undefined && namesUser(record, userRole.slice('_field:'.length), subject.userId)
}

/** True if the field holds the user's id, refers to the user, or has one of these in a list. */
function namesUser({ fields }: GuardedRecord, field: string, userId: string): boolean {
  const value = Object.hasOwn(fields, field) ? fields[field]! : null
  const items = Array.isArray(value) ? value : [value]
  return items.some((item) => item === userId || referenceIn(item) === `user/${userId}`)
}

function referenceIn(value: Value): Value | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value['$type'] === 'ref' ? value['$id'] : undefined
}

/**
 * Reads a rule as clients send it.
 *
 * Throws InvalidArgument.
 */
export function decodeFieldAccessRule(input: unknown): FieldAccessRule {
  const row = { ...(input as Record<string, unknown>) }
  const { record_type: recordType, record_field: recordField, user_role: userRole } = row
  const { readable, writable, comparable, discoverable } = row
  if (
    isName(recordType) &&
    !recordType.includes('/') &&
    isName(recordField) &&
    isUserRole(userRole) &&
    typeof readable === 'boolean' &&
    typeof writable === 'boolean' &&
    typeof comparable === 'boolean' &&
    typeof discoverable === 'boolean'
  ) {
    return { recordType, recordField, userRole, readable, writable, comparable, discoverable }
  }
  throw invalidArgument('invalid access entry', 'access')
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0') && value.isWellFormed()
}

function isUserRole(value: unknown): value is string {
  if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed()) return false
  return roleOrder.some((role) => (role.endsWith(':') ? value.startsWith(role) : value === role))
}

/** True if two rules say something of the same field and the same users. */
export function hasDuplicates(rules: FieldAccessRule[]): boolean {
  const keys = rules.map((rule) =>
    JSON.stringify([rule.recordType, rule.recordField, rule.userRole]),
  )
  return new Set(keys).size < keys.length
}
