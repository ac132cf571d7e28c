import type * as esm from './auth.mjs' with { 'resolution-mode': 'import' }

/** The client of apps that talk to one server for one user at a time, with the exports on it. */
declare const skygear: esm.AuthClient & typeof esm

declare namespace skygear {
  type AnySkygearError = esm.AnySkygearError
  type Answer<Result = unknown> = esm.Answer<Result>
  type Attributes = esm.Attributes
  type Auth<Profile extends object = object> = esm.Auth<Profile>
  type AuthClient<Profile extends object = object> = esm.AuthClient<Profile>
  type AuthSource = esm.AuthSource
  type AuthState<Account> = esm.AuthState<Account>
  type BaseClient = esm.BaseClient
  type ClientOptions = esm.ClientOptions
  type Configuration = esm.Configuration
  type ErrorName = esm.ErrorName
  type ErrorObject = esm.ErrorObject
  type KeyValueStorage = esm.KeyValueStorage
  type LoginIds = esm.LoginIds
  type Record = esm.Record
  type SessionDescription = esm.SessionDescription
  type SkygearError = esm.SkygearError
  type TimeoutOptions = esm.TimeoutOptions
  type User<Profile extends object = object> = esm.User<Profile>
  type UserChangedHandler = esm.UserChangedHandler
}

export = skygear
