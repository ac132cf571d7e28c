import { type Auth, createAuth } from './auth.ts'
import { type BaseClient, type ClientOptions, createBaseClient } from './client.ts'
import { createConnection } from './connection.ts'
import { SkygearError } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'

export type { Auth, LoginIds } from './auth.ts'
export type { BaseClient, ClientOptions, Configuration } from './client.ts'
export type { Answer, TimeoutOptions } from './connection.ts'
export { type ErrorObject, SkygearError } from './errors.ts'
export { ErrorCodes, type ErrorName } from './generated/protocol.ts'
export type { AccessEntry, Attributes, Record } from './record.ts'
export type { UserChangedHandler } from './session-store.ts'
export { createAsyncStorage } from './storage/async-storage.ts'
export type { KeyValueStorage } from './storage/key-value-storage.ts'
export { createLocalStorage } from './storage/local-storage.ts'
export { createMemoryStorage } from './storage/memory-storage.ts'
export type { User } from './user.ts'
export { VERSION } from './version.ts'

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
  options: ClientOptions = {},
): AuthClient<Profile> {
  const connection = createConnection<Profile>(options.storage)
  return createBaseClient(connection, {
    auth: createAuth(connection),
    ErrorCodes,
    Error: SkygearError,
  })
}

/** The client of apps that talk to one server for one user at a time. */
const skygear: AuthClient = /* @__PURE__ */ createClient()
export default skygear
