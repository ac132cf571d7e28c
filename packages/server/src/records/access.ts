import { invalidArgument } from '../errors.ts'

/** One entry of a record's access control list. */
export type AccessEntry = { level: 'read' | 'write' } & (
  | { public: true }
  | { role: string }
  | { user_id: string }
)

/** Null: everybody may read, and every user write. An empty list: the owner only. */
export type AccessList = AccessEntry[] | null

/** Who asks, as far as access control is concerned. */
export interface Subject {
  userId: string | undefined
  roles: string[]
  /** The master key, which no access control binds. */
  isMaster: boolean
}

/**
 * Reads `_access`; undefined when it was not given.
 *
 * Throws InvalidArgument for anything but null or a list of entries.
 */
export function decodeAccess(value: unknown): AccessEntry[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw invalidArgument('_access must be an array', '_access')
  return value.map(decodeEntry)
}

function decodeEntry(value: unknown): AccessEntry {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const level = entry['level']
  if (level === 'read' || level === 'write') {
    if (entry['public'] === true) return { level, public: true }
    if (typeof entry['role'] === 'string') return { level, role: entry['role'] }
    if (typeof entry['user_id'] === 'string') return { level, user_id: entry['user_id'] }
  }
  throw invalidArgument('invalid _access entry', '_access')
}

/** True if the list lets the subject read a record of this owner. */
export function canRead(access: AccessList, ownerId: string, subject: Subject): boolean {
  return subject.isMaster || subject.userId === ownerId || matches(access, subject)
}

/** True if the list lets the subject write a record of this owner. */
export function canWrite(access: AccessList, ownerId: string, subject: Subject): boolean {
  if (subject.isMaster || subject.userId === ownerId) return true
  if (subject.userId === undefined) return false
  return matches(access?.filter((entry) => entry.level === 'write') ?? null, subject)
}

function matches(access: AccessList, subject: Subject): boolean {
  return (
    access === null ||
    access.some((entry) => {
      if ('public' in entry) return true
      if ('role' in entry) return subject.roles.includes(entry.role)
      return entry.user_id === subject.userId
    })
  )
}
