import { type Auth, createAuth } from './auth.ts'
import { type BaseClient, type ClientOptions, createBaseClient } from './client.ts'
import { createConnection } from './connection.ts'
import { createDatabase, type Database } from './database.ts'
import { SkygearError } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import { Record } from './record.ts'
import { UserRecord } from './user.ts'

export type { Auth, LoginIds } from './auth.ts'
export type { BaseClient, ClientOptions, Configuration } from './client.ts'
export type { Answer, TimeoutOptions } from './connection.ts'
export type { Database, SaveOptions, SaveResult } from './database.ts'
export { type ErrorObject, SkygearError } from './errors.ts'
export { ErrorCodes, type ErrorName } from './generated/protocol.ts'
export { type AccessEntry, type Attributes, Record, type RecordClass } from './record.ts'
export type { UserChangedHandler } from './session-store.ts'
export { createAsyncStorage } from './storage/async-storage.ts'
export type { KeyValueStorage } from './storage/key-value-storage.ts'
export { createLocalStorage } from './storage/local-storage.ts'
export { createMemoryStorage } from './storage/memory-storage.ts'
export { type User, UserRecord } from './user.ts'
export { VERSION } from './version.ts'

/** A client with everything. `Profile` types what the app keeps in its users' records. */
export interface Client<Profile extends object = object> extends BaseClient {
  readonly auth: Auth<Profile>
  readonly publicDB: Database
  readonly privateDB: Database
  readonly ErrorCodes: typeof ErrorCodes
  readonly Error: typeof SkygearError
  readonly Record: typeof Record
  readonly UserRecord: typeof UserRecord
}

/**
 * A client of its own: its own server, its own user.
 *
 * In a process that serves many users each needs one, and `config` before use.
 */
export function createClient<Profile extends object = object>(
  options: ClientOptions = {},
): Client<Profile> {
  const connection = createConnection<Profile>(options.storage)
  return createBaseClient(connection, {
    auth: createAuth(connection),
    publicDB: createDatabase(connection, '_public'),
    privateDB: createDatabase(connection, '_private'),
    ErrorCodes,
    Error: SkygearError,
    Record,
    UserRecord,
  })
}

/** The client of apps that talk to one server for one user at a time. */
const skygear: Client = /* @__PURE__ */ createClient()
export default skygear
