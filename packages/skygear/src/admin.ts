import { type UserOrID, userID } from './acl.ts'
import type { Connection } from './connection.ts'
import { invalidArgument, unexpectedAnswer } from './errors.ts'
import { Role, roleNames } from './role.ts'
import type { SessionUser } from './session-store.ts'
import { isPlainObject, type TypedValue, toWire } from './wire-value.ts'

/**
 * What only some may do: with the master key, or as a user who has an admin role. A user is given
 * as a record or by its id, a role as such or by its name.
 */
export interface Administration {
  /** Sets a user's password; takes the master key. The session of this client stays as it is. */
  adminResetPassword(user: UserOrID, newPassword: string): Promise<string>
  /** Lets a user who was disabled in again. */
  adminEnableUser(user: UserOrID): Promise<string>
  /** Keeps a user out, for good or until `expiry`. `message` is what the user will be told. */
  adminDisableUser(user: UserOrID, message?: string | null, expiry?: Date | null): Promise<string>
  /** Sets the roles whose users are admins; takes the master key. Resolves with their names. */
  setAdminRole(roles: ReadonlyArray<Role | string>): Promise<string[]>
  /** Sets the roles that new users get; takes the master key. Resolves with their names. */
  setDefaultRole(roles: ReadonlyArray<Role | string>): Promise<string[]>
  /** Gives the roles of users by user id: one's own for everybody, anybody's for admins. */
  fetchUserRole(users: readonly UserOrID[]): Promise<{ [id: string]: Role[] }>
  /** Gives each of the users all of the roles. */
  assignUserRole(users: readonly UserOrID[], roles: ReadonlyArray<Role | string>): Promise<'OK'>
  /** Takes all of the roles from each of the users. */
  revokeUserRole(users: readonly UserOrID[], roles: ReadonlyArray<Role | string>): Promise<'OK'>
}

/** The methods for those who look after users. */
export function createAdministration({ call }: Connection<SessionUser>): Administration {
  return {
    async adminResetPassword(user, newPassword) {
      const auth_id = userID(user)
      await call('auth:reset_password', { auth_id, password: newPassword })
      return auth_id
    },
    async adminEnableUser(user) {
      const auth_id = userID(user)
      await call('auth:disable:set', { auth_id, disabled: false })
      return auth_id
    },
    async adminDisableUser(user, message, expiry) {
      const auth_id = userID(user)
      await call('auth:disable:set', {
        auth_id,
        disabled: true,
        ...(message && { message }),
        ...(expiry && { expiry: (toWire(expiry) as TypedValue)['$date'] }),
      })
      return auth_id
    },
    setAdminRole: async (roles) => call('role:admin', { roles: roleNames(roles) }),
    setDefaultRole: async (roles) => call('role:default', { roles: roleNames(roles) }),
    async fetchUserRole(users) {
      const names = await call('role:get', { users: userIDs(users) })
      if (!isPlainObject(names)) throw unexpectedAnswer({ status: 200 })
      return Object.fromEntries(
        Object.entries(names).map(([id, roles]) => [
          id,
          (roles as string[]).map((name) => new Role(name)),
        ]),
      )
    },
    assignUserRole: async (users, roles) =>
      call('role:assign', { users: userIDs(users), roles: roleNames(roles) }),
    revokeUserRole: async (users, roles) =>
      call('role:revoke', { users: userIDs(users), roles: roleNames(roles) }),
  }
}

function userIDs(users: readonly UserOrID[]): string[] {
  if (!Array.isArray(users)) throw invalidArgument('Users are given as a list.')
  return users.map(userID)
}
