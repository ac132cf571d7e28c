import { createAuth, type Sessions } from './auth.ts'
import { BaseRecord } from './base-record.ts'
import { type BaseClient, createBaseClient } from './client.ts'
import { createConnection } from './connection.ts'
import { SkygearError } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import type { SessionOptions } from './session-store.ts'
import { readUserBy, type UserFields } from './user.ts'
import { fromWire } from './wire-value.ts'

export type { LoginIds, SessionDescription } from './auth.ts'
export type { Attributes, BaseRecord as Record } from './base-record.ts'
export type { BaseClient, Configuration } from './client.ts'
export type { Answer, TimeoutOptions } from './connection.ts'
export { type AnySkygearError, type ErrorObject, SkygearError } from './errors.ts'
export { ErrorCodes, type ErrorName } from './generated/protocol.ts'
export type {
  AuthSource,
  AuthState,
  SessionOptions as ClientOptions,
  UserChangedHandler,
} from './session-store.ts'
export { createAsyncStorage } from './storage/async-storage.ts'
export type { KeyValueStorage } from './storage/key-value-storage.ts'
export { createLocalStorage } from './storage/local-storage.ts'
export { createMemoryStorage } from './storage/memory-storage.ts'
export { VERSION } from './version.ts'

/** The record of a user; `Profile` types the attributes that an app adds. */
export type User<Profile extends object = object> = BaseRecord & UserFields & Profile

/** Sign-up, log-in, and everything else about who uses the app. Rejects with `SkygearError`. */
export type Auth<Profile extends object = object> = Sessions<User<Profile>>

/** A client for users and log-ins alone. `Profile` types what the app keeps in its users' records. */
export interface AuthClient<Profile extends object = object> extends BaseClient {
  readonly auth: Auth<Profile>
  readonly ErrorCodes: typeof ErrorCodes
  readonly Error: typeof SkygearError
}

/**
 * A client of its own: its own server, its own user.
 *
 * In a process that serves many users each needs one, and `config` before use.
 */
export function createClient<Profile extends object = object>(
  options?: SessionOptions,
): AuthClient<Profile> {
  // Only the app knows what its users' records hold.
  const user = readUserBy((json) => new BaseRecord('user', json) as User<Profile>)
  const connection = createConnection({ user, value: fromWire }, options)
  return createBaseClient(connection, {
    auth: createAuth(connection),
    ErrorCodes,
    Error: SkygearError,
  })
}

/** The client of apps that talk to one server for one user at a time. */
const skygear: AuthClient = /* @__PURE__ */ createClient()
export default skygear
