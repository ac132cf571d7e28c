// Made by `npm run generate` from the server's tables; not edited by hand.

/** The code of every error that the server answers with, by name. */
export const ErrorCodes = {
  NotAuthenticated: 101,
  PermissionDenied: 102,
  AccessKeyNotAccepted: 103,
  AccessTokenNotAccepted: 104,
  InvalidCredentials: 105,
  InvalidSignature: 106,
  BadRequest: 107,
  InvalidArgument: 108,
  Duplicated: 109,
  ResourceNotFound: 110,
  NotSupported: 111,
  NotImplemented: 112,
  ConstraintViolated: 113,
  IncompatibleSchema: 114,
  AtomicOperationFailure: 115,
  PartialOperationFailure: 116,
  UndefinedOperation: 117,
  PluginUnavailable: 118,
  PluginTimeout: 119,
  RecordQueryInvalid: 120,
  PluginInitializing: 121,
  ResponseTimeout: 122,
  DeniedArgument: 123,
  RecordQueryDenied: 124,
  NotConfigured: 125,
  PasswordPolicyViolated: 126,
  UserDisabled: 127,
  VerificationRequired: 128,
  AssetSizeTooLarge: 129,
  TooManyRequests: 130,
  UnexpectedError: 10000,
  UnexpectedUnableToOpenDatabase: 10002,
} as const

/** The name of an error that the server answers with. */
export type ErrorName = keyof typeof ErrorCodes

/** Input and output of every action, by name. */
export interface Actions {
  "auth:signup": {
    input: {
      auth_data?: unknown
      password?: unknown
      provider?: unknown
      username?: unknown
      email?: unknown
      profile?: unknown
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "auth:login": {
    input: {
      auth_data?: unknown
      password?: unknown
      provider?: unknown
      username?: unknown
      email?: unknown
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "auth:logout": {
    input: { [key: string]: never }
    output: {
      status: "OK"
    }
  }
  "auth:password": {
    input: {
      old_password?: unknown
      password?: unknown
      invalidate?: unknown
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "auth:anonymous:upgrade": {
    input: {
      auth_data?: unknown
      password?: unknown
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "me": {
    input: { [key: string]: never }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "auth:sessions": {
    input: { [key: string]: never }
    output: {
      sessions: Array<{
        id: string
        current: boolean
        created_at: string
        last_seen_at: string
        client?: string
        address?: string
      }>
    }
  }
  "auth:sessions:revoke": {
    input: {
      id?: unknown
      others?: unknown
      all?: unknown
    }
    output: {
      status: "OK"
      access_token?: string
    }
  }
  "sso:custom_token:login": {
    input: {
      token: string
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "user:forgot-password": {
    input: {
      args: {
        email?: unknown
      }
    }
    output: {
      status: "OK"
    }
  }
  "user:reset-password": {
    input: {
      args: {
        user_id?: unknown
        code?: unknown
        expire_at?: unknown
        new_password?: unknown
      }
    }
    output: {
      status: "OK"
    }
  }
  "user:verify_request": {
    input: {
      args: {
        record_key?: unknown
      }
    }
    output: unknown
  }
  "user:verify_code": {
    input: {
      args: {
        code?: unknown
      }
    }
    output: unknown
  }
  "auth:reset_password": {
    input: {
      auth_id?: unknown
      password?: unknown
    }
    output: {
      user_id: string
      profile: { [key: string]: unknown }
      access_token: string
      roles?: Array<string>
      last_login_at?: string
      last_seen_at?: string
      username?: string
      email?: string
    }
  }
  "auth:disable:set": {
    input: {
      auth_id?: unknown
      disabled?: unknown
      message?: unknown
      expiry?: unknown
    }
    output: {
      status: "OK"
    }
  }
  "role:get": {
    input: {
      users?: Array<string> | null
    }
    output: { [key: string]: unknown }
  }
  "role:assign": {
    input: {
      roles?: Array<string> | null
      users?: Array<string> | null
    }
    output: "OK"
  }
  "role:revoke": {
    input: {
      roles?: Array<string> | null
      users?: Array<string> | null
    }
    output: "OK"
  }
  "role:admin": {
    input: {
      roles?: Array<string> | null
    }
    output: Array<string>
  }
  "role:default": {
    input: {
      roles?: Array<string> | null
    }
    output: Array<string>
  }
  "record:save": {
    input: {
      database_id?: unknown
      records?: Array<unknown> | null
      atomic?: unknown
    }
    output: Array<{
      _type: "record" | "error"
      _id?: string
      [key: string]: unknown
    }>
  }
  "record:fetch": {
    input: {
      database_id?: unknown
      ids?: Array<unknown> | null
    }
    output: Array<{
      _type: "record" | "error"
      _id?: string
      [key: string]: unknown
    }>
  }
  "record:query": {
    input: {
      database_id?: unknown
      record_type?: unknown
      predicate?: unknown
      sort?: unknown
      include?: unknown
      desired_keys?: unknown
      limit?: unknown
      offset?: unknown
      count?: unknown
    }
    output: Array<{
      _type: "record" | "error"
      _id?: string
      [key: string]: unknown
    }>
  }
  "record:delete": {
    input: {
      database_id?: unknown
      ids?: Array<unknown> | null
      atomic?: unknown
    }
    output: Array<{
      _type: "record" | "error"
      _id?: string
      [key: string]: unknown
    }>
  }
  "schema:fetch": {
    input: { [key: string]: never }
    output: {
      record_types: { [key: string]: unknown }
    }
  }
  "schema:create": {
    input: {
      record_types: { [key: string]: unknown }
    }
    output: {
      record_types: { [key: string]: unknown }
    }
  }
  "schema:rename": {
    input: {
      record_type?: unknown
      item_name?: unknown
      new_name?: unknown
    }
    output: {
      record_types: { [key: string]: unknown }
    }
  }
  "schema:delete": {
    input: {
      record_type?: unknown
      item_name?: unknown
    }
    output: {
      record_types: { [key: string]: unknown }
    }
  }
  "schema:access": {
    input: {
      type?: unknown
      create_roles?: Array<string> | null
    }
    output: {
      type: string
      create_roles?: Array<string>
    }
  }
  "schema:default_access": {
    input: {
      type?: unknown
      default_access?: Array<unknown> | null
    }
    output: {
      type: string
      default_access: Array<{ [key: string]: unknown }>
    }
  }
  "schema:field_access:get": {
    input: { [key: string]: never }
    output: {
      access: Array<{
        record_type: string
        record_field: string
        user_role: string
        writable: boolean
        readable: boolean
        comparable: boolean
        discoverable: boolean
      }>
    }
  }
  "schema:field_access:update": {
    input: {
      access?: Array<unknown> | null
    }
    output: {
      access: Array<{
        record_type: string
        record_field: string
        user_role: string
        writable: boolean
        readable: boolean
        comparable: boolean
        discoverable: boolean
      }>
    }
  }
  "user:update": {
    input: {
      _id?: unknown
      username?: unknown
      email?: unknown
      roles?: Array<string> | null
    }
    output: {
      _id: string
      username?: string
      email?: string
      roles?: Array<string>
    }
  }
  "user:query": {
    input: {
      usernames?: Array<string> | null
      emails?: Array<string> | null
    }
    output: Array<{
      id: string
      type: "user"
      data: {
        _id: string
        username?: string
        email?: string
        roles?: Array<string>
      }
    }>
  }
  "device:unregister": {
    input: {
      id?: unknown
    }
    output: {
      id: string
    }
  }
  "_status:healthz": {
    input: { [key: string]: never }
    output: {
      status: "OK"
    }
  }
}
