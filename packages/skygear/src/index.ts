import { ACL } from './acl.ts'
import { type Administration, createAdministration } from './admin.ts'
import { createAuth, type Sessions } from './auth.ts'
import { type BaseClient, createBaseClient } from './client.ts'
import { createConnection } from './connection.ts'
import { Database, PublicDatabase } from './database.ts'
import { SkygearError } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import { Query } from './query.ts'
import { QueryResult } from './query-result.ts'
import { Record, type User, UserRecord } from './record.ts'
import { Role } from './role.ts'
import type { SessionOptions } from './session-store.ts'
import { readUserBy } from './user.ts'
import { Geolocation, Reference, readTypedValue, Sequence, UnknownValue } from './values.ts'
import { fromWire } from './wire-value.ts'

export { ACL, type UserOrID } from './acl.ts'
export type { Administration } from './admin.ts'
export type { LoginIds, SessionDescription } from './auth.ts'
export type { AccessEntry, Attributes } from './base-record.ts'
export type { BaseClient, Configuration } from './client.ts'
export type { Answer, TimeoutOptions } from './connection.ts'
export {
  Database,
  type DeleteOptions,
  PublicDatabase,
  type SaveOptions,
  type SaveResult,
} from './database.ts'
export { type AnySkygearError, type ErrorObject, SkygearError } from './errors.ts'
export { ErrorCodes, type ErrorName } from './generated/protocol.ts'
export {
  type Predicate,
  Query,
  type QueryableClass,
  type QueryJSON,
  type Relation,
} from './query.ts'
export { QueryResult } from './query-result.ts'
export { Record, type RecordClass, type User, UserRecord } from './record.ts'
export { Role } from './role.ts'
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
export { Geolocation, Reference, Sequence, UnknownValue } from './values.ts'
export { VERSION } from './version.ts'

/** Everything about who uses the app. Rejects with `SkygearError`. */
export interface Auth<Profile extends object = object>
  extends Sessions<User<Profile>>,
    Administration {}

/** A client with everything. `Profile` types what the app keeps in its users' records. */
export interface Client<Profile extends object = object> extends BaseClient {
  readonly auth: Auth<Profile>
  /** The records that everybody shares. */
  readonly publicDB: PublicDatabase
  /** The records of the logged-in user that nobody else sees; rejects when nobody is logged in. */
  readonly privateDB: Database
  readonly ACL: typeof ACL
  readonly Database: typeof Database
  readonly Error: typeof SkygearError
  readonly ErrorCodes: typeof ErrorCodes
  readonly Geolocation: typeof Geolocation
  readonly Query: typeof Query
  readonly QueryResult: typeof QueryResult
  readonly Record: typeof Record
  readonly Reference: typeof Reference
  readonly Role: typeof Role
  readonly Sequence: typeof Sequence
  readonly UnknownValue: typeof UnknownValue
  readonly UserRecord: typeof UserRecord
}

/**
 * A client of its own: its own server, its own user.
 *
 * In a process that serves many users each needs one, and `config` before use.
 */
export function createClient<Profile extends object = object>(
  options?: SessionOptions,
): Client<Profile> {
  // Only the app knows what its users' records hold.
  const user = readUserBy((json) => UserRecord.fromJSON(json) as User<Profile>)
  const value = (json: unknown) => fromWire(json, readTypedValue)
  const connection = createConnection({ user, value }, options)
  return createBaseClient(connection, {
    auth: Object.assign(createAuth(connection), createAdministration(connection)),
    publicDB: new PublicDatabase(connection),
    privateDB: new Database(connection, '_private'),
    ACL,
    Database,
    Error: SkygearError,
    ErrorCodes,
    Geolocation,
    Query,
    QueryResult,
    Record,
    Reference,
    Role,
    Sequence,
    UnknownValue,
    UserRecord,
  })
}

/** The client of apps that talk to one server for one user at a time. */
const skygear: Client = /* @__PURE__ */ createClient()
export default skygear
