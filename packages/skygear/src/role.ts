import { invalidArgument } from './errors.ts'

/** What a user may be given, and an access list may name. */
export class Role {
  readonly name: string

  /** @throws SkygearError when the name is empty */
  constructor(name: string) {
    if (!Role.isValidName(name)) throw invalidArgument('A role has a name that is not empty.')
    this.name = name
  }

  static isValidName(name: unknown): name is string {
    return typeof name === 'string' && name !== ''
  }

  /** The same as `new Role(name)`. */
  static define(name: string): Role {
    return new Role(name)
  }

  /** The roles, and the given one if they do not contain it. */
  static union(roles: readonly Role[], role: Role): Role[] {
    return Role.contain(roles, role) ? [...roles] : [...roles, role]
  }

  /** The roles without the given one. */
  static subtract(roles: readonly Role[], role: Role): Role[] {
    return roles.filter(({ name }) => name !== role.name)
  }

  /** Tells whether a role of that name is among the roles. */
  static contain(roles: readonly Role[], role: Role): boolean {
    return roles.some(({ name }) => name === role.name)
  }
}

/** The name of what may be given as a role. */
export function roleName(role: Role | string): string {
  const name: unknown = typeof role === 'string' ? role : role?.name
  if (!Role.isValidName(name)) throw invalidArgument(`${String(role)} is not a role.`)
  return name
}

/** The names of what may be given as a list of roles. */
export function roleNames(roles: ReadonlyArray<Role | string>): string[] {
  if (!Array.isArray(roles)) throw invalidArgument('Roles are given as a list.')
  return roles.map(roleName)
}
