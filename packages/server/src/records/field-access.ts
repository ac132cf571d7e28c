import type { Subject } from './access.ts'

/** Says what one kind of user may do with one field. */
export interface FieldAccessRule {
  recordType: string
  recordField: string
  /** `_owner`, `_any_user` (logged in), `_public`, `_role:NAME` or `_user_id:ID`. */
  userRole: string
  readable: boolean
  writable: boolean
  /** May be compared in queries, and sorted by. */
  comparable: boolean
  /** May be looked up by equality. */
  discoverable: boolean
}

/** Rules by the pattern of type and field that they are for, each list in the order of the roles. */
export type FieldAccessRules = ReadonlyMap<string, readonly FieldAccessRule[]>

export type FieldRight = 'readable' | 'writable' | 'comparable' | 'discoverable'

const roleOrder = ['_owner', '_user_id:', '_field:', '_role:', '_any_user', '_public']

/**
 * Who sees the names of users: the owner everything; other users the username, and of the e-mail
 * address only whether they know it already; nobody else either.
 */
export const defaultFieldAccess = indexRules([
  rule('username', '_owner', 'readable', 'writable', 'comparable', 'discoverable'),
  rule('username', '_any_user', 'readable', 'comparable', 'discoverable'),
  rule('email', '_owner', 'readable', 'writable', 'comparable', 'discoverable'),
  rule('email', '_any_user', 'comparable', 'discoverable'),
])

/**
 * True if the rules let the subject do this with the field. A field without rules is free; one
 * that has rules is closed to whoever none of them names.
 *
 * `ownerId` is undefined in queries, where no single record is meant and owners have no say.
 */
export function mayUseField(
  rules: FieldAccessRules,
  recordType: string,
  field: string,
  right: FieldRight,
  subject: Subject,
  ownerId: string | undefined,
): boolean {
  if (subject.isMaster || field.startsWith('_')) return true
  const applicable = rulesFor(rules, recordType, field)
  if (applicable.length === 0) return true
  const deciding = applicable.find((candidate) => isMeant(candidate.userRole, subject, ownerId))
  return deciding?.[right] ?? false
}

/** Rules of the first pattern that has any: the exact type before `*`, then the exact field. */
function rulesFor(
  rules: FieldAccessRules,
  recordType: string,
  field: string,
): readonly FieldAccessRule[] {
  return (
    rules.get(patternKey(recordType, field)) ??
    rules.get(patternKey(recordType, '*')) ??
    rules.get(patternKey('*', field)) ??
    rules.get(patternKey('*', '*')) ??
    []
  )
}

/** Puts rules in the order in which they are asked. */
export function indexRules(rules: FieldAccessRule[]): FieldAccessRules {
  const byRank = rules.toSorted((a, b) => rank(a.userRole) - rank(b.userRole))
  return Map.groupBy(byRank, ({ recordType, recordField }) => patternKey(recordType, recordField))
}

/** A record type has no slash in it, so no two patterns have the same key. */
function patternKey(recordType: string, field: string): string {
  return `${recordType}/${field}`
}

function rank(userRole: string): number {
  return roleOrder.findIndex((prefix) => userRole.startsWith(prefix))
}

function isMeant(userRole: string, subject: Subject, ownerId: string | undefined): boolean {
  if (userRole === '_public') return true
  if (subject.userId === undefined) return false
  if (userRole === '_any_user') return true
  if (userRole === '_owner') return subject.userId === ownerId
  if (userRole.startsWith('_user_id:')) return userRole === `_user_id:${subject.userId}`
  if (userRole.startsWith('_role:')) return subject.roles.includes(userRole.slice('_role:'.length))
  return false
}

function rule(recordField: string, userRole: string, ...rights: FieldRight[]): FieldAccessRule {
  return {
    recordType: 'user',
    recordField,
    userRole,
    readable: rights.includes('readable'),
    writable: rights.includes('writable'),
    comparable: rights.includes('comparable'),
    discoverable: rights.includes('discoverable'),
  }
}
