import type * as esm from './index.mjs' with { 'resolution-mode': 'import' }

/**
 * The client of apps that talk to one server for one user at a time, with the exports on it.
 *
 * Left out are the generic classes, which are members of the client anyway: TypeScript would add
 * their type parameters to those of the types below.
 */
declare const skygear: esm.Client & Omit<typeof esm, 'Query' | 'QueryResult'>

declare namespace skygear {
  type ACL = esm.ACL
  type AccessEntry = esm.AccessEntry
  type Administration = esm.Administration
  type AnySkygearError = esm.AnySkygearError
  type Answer<Result = unknown> = esm.Answer<Result>
  type Attributes = esm.Attributes
  type Auth<Profile extends object = object> = esm.Auth<Profile>
  type AuthSource = esm.AuthSource
  type AuthState<Account> = esm.AuthState<Account>
  type BaseClient = esm.BaseClient
  type Client<Profile extends object = object> = esm.Client<Profile>
  type ClientOptions = esm.ClientOptions
  type Configuration = esm.Configuration
  type Database = esm.Database
  type DeleteOptions = esm.DeleteOptions
  type ErrorName = esm.ErrorName
  type ErrorObject = esm.ErrorObject
  type Geolocation = esm.Geolocation
  type KeyValueStorage = esm.KeyValueStorage
  type LoginIds = esm.LoginIds
  type Predicate = esm.Predicate
  type PublicDatabase = esm.PublicDatabase
  type Query<Found extends esm.Record = esm.Record> = esm.Query<Found>
  type QueryJSON = esm.QueryJSON
  type QueryResult<Found = esm.Record> = esm.QueryResult<Found>
  type QueryableClass<Found extends esm.Record> = esm.QueryableClass<Found>
  type Record = esm.Record
  type RecordClass<Fields extends object = object> = esm.RecordClass<Fields>
  type Reference = esm.Reference
  type Relation = esm.Relation
  type Role = esm.Role
  type SaveOptions = esm.SaveOptions
  type SaveResult<Saved extends esm.Record = esm.Record> = esm.SaveResult<Saved>
  type Sequence = esm.Sequence
  type SessionDescription = esm.SessionDescription
  type SkygearError = esm.SkygearError
  type TimeoutOptions = esm.TimeoutOptions
  type UnknownValue = esm.UnknownValue
  type User<Profile extends object = object> = esm.User<Profile>
  type UserChangedHandler = esm.UserChangedHandler
  type UserOrID = esm.UserOrID
}

export = skygear
