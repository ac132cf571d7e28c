import type { AccessEntry, BaseRecord } from './base-record.ts'
import { invalidArgument } from './errors.ts'
import { type Role, roleName } from './role.ts'

type Level = AccessEntry['level']

/** A user's record, or the user's id as in `user._id`. */
export type UserOrID = BaseRecord | string

/**
 * An access list: who may read a record, and who may write it too. Its owner may do both in any
 * case.
 */
export class ACL {
  /** What everybody may do. */
  public: Level | null = null
  /** What users may do who have a role, by its name. */
  readonly roles: { [name: string]: Level } = Object.create(null)
  /** What single users may do, by their ids. */
  readonly users: { [id: string]: Level } = Object.create(null)
  /** Entries of kinds that only the server understands. */
  readonly #others: AccessEntry[] = []
  #chosen = true

  /**
   * Without entries everybody may read; with an empty list, only the owner may.
   *
   * @throws SkygearError when an entry is not one of an access list
   */
  constructor(entries?: readonly AccessEntry[] | null) {
    for (const entry of entries ?? [{ level: 'read', public: true }]) this.#add(entry)
  }

  /** The list that a change of a record without one starts from; not sent as it is. */
  static unchosen(): ACL {
    const acl = new ACL()
    acl.#chosen = false
    return acl
  }

  static fromJSON(entries: readonly AccessEntry[] | null): ACL {
    return new ACL(entries)
  }

  /** False for the list of a record that has been given none, until it is changed. */
  get isChosen(): boolean {
    return this.#chosen || JSON.stringify(this) !== JSON.stringify(new ACL())
  }

  toJSON(): AccessEntry[] {
    const entries: AccessEntry[] = this.public ? [{ public: true, level: this.public }] : []
    for (const [role, level] of Object.entries(this.roles)) entries.push({ role, level })
    for (const [user_id, level] of Object.entries(this.users)) entries.push({ user_id, level })
    return [...entries, ...this.#others]
  }

  setPublicNoAccess(): void {
    this.#setPublic(null)
  }
  setPublicReadOnly(): void {
    this.#setPublic('read')
  }
  setPublicReadWriteAccess(): void {
    this.#setPublic('write')
  }

  setNoAccessForRole(role: Role | string): void {
    this.#set(this.roles, roleName(role))
  }
  setReadOnlyForRole(role: Role | string): void {
    this.#set(this.roles, roleName(role), 'read')
  }
  setReadWriteAccessForRole(role: Role | string): void {
    this.#set(this.roles, roleName(role), 'write')
  }

  setNoAccessForUser(user: UserOrID): void {
    this.#set(this.users, userID(user))
  }
  setReadOnlyForUser(user: UserOrID): void {
    this.#set(this.users, userID(user), 'read')
  }
  setReadWriteAccessForUser(user: UserOrID): void {
    this.#set(this.users, userID(user), 'write')
  }

  hasPublicReadAccess(): boolean {
    return this.public !== null
  }
  hasPublicWriteAccess(): boolean {
    return this.public === 'write'
  }
  hasReadAccessForRole(role: Role | string): boolean {
    return this.hasPublicReadAccess() || roleName(role) in this.roles
  }
  hasWriteAccessForRole(role: Role | string): boolean {
    return this.hasPublicWriteAccess() || this.roles[roleName(role)] === 'write'
  }
  hasReadAccessForUser(user: UserOrID): boolean {
    return this.hasPublicReadAccess() || userID(user) in this.users
  }
  hasWriteAccessForUser(user: UserOrID): boolean {
    return this.hasPublicWriteAccess() || this.users[userID(user)] === 'write'
  }
  /** Tells whether the user, who has these roles, may read. */
  hasReadAccess(user: UserOrID, roles: ReadonlyArray<Role | string> = []): boolean {
    return this.hasReadAccessForUser(user) || roles.some((role) => this.hasReadAccessForRole(role))
  }
  /** Tells whether the user, who has these roles, may write. */
  hasWriteAccess(user: UserOrID, roles: ReadonlyArray<Role | string> = []): boolean {
    return (
      this.hasWriteAccessForUser(user) || roles.some((role) => this.hasWriteAccessForRole(role))
    )
  }

  #setPublic(level: Level | null): void {
    this.public = level
    this.#chosen = true
  }

  #set(levels: { [name: string]: Level }, name: string, level?: Level): void {
    if (level) levels[name] = level
    else delete levels[name]
    this.#chosen = true
  }

  /** Of two entries about the same, the one that gives more counts, as it does for the server. */
  #add(entry: AccessEntry): void {
    const { level, public: everybody, role, user_id } = Object(entry) as AccessEntry
    const isRead = level === 'read'
    if (!isRead && level !== 'write') throw notAnEntry(entry)
    if (everybody === true) this.public = isRead ? (this.public ?? level) : level
    else if (typeof role === 'string') this.roles[role] = (isRead && this.roles[role]) || level
    else if (typeof user_id === 'string') {
      this.users[user_id] = (isRead && this.users[user_id]) || level
    } else if (entry.relation) this.#others.push(entry)
    else throw notAnEntry(entry)
  }
}

/** The id of what may be given as a user. */
export function userID(user: UserOrID): string {
  const id: unknown = typeof user === 'string' || user?.recordType !== 'user' ? user : user._id
  if (typeof id !== 'string' || !id) throw invalidArgument(`${String(user)} is not a user.`)
  return id
}

function notAnEntry(entry: unknown) {
  return invalidArgument(`Invalid ACL Entry: ${JSON.stringify(entry)}`)
}
