/**
 * Every error a client can receive. Codes up to 129 and from 10000 are those of the Skygear v1
 * protocol, which published SDKs know by number; 130 is ours.
 */
export const errorTable = {
  NotAuthenticated: { code: 101, status: 401, summary: 'A log-in or an API key is needed.' },
  PermissionDenied: { code: 102, status: 403, summary: 'The caller may not do this.' },
  AccessKeyNotAccepted: { code: 103, status: 401, summary: 'The API key is wrong.' },
  AccessTokenNotAccepted: {
    code: 104,
    status: 401,
    summary:
      'The access token is unknown, expired or revoked; info.reason says why it ended, if that is known. SDKs sign the user out on this code, so nothing else answers it.',
  },
  InvalidCredentials: { code: 105, status: 401, summary: 'The password is wrong.' },
  InvalidSignature: { code: 106, status: 401, summary: 'A signature is wrong.' },
  BadRequest: { code: 107, status: 400, summary: 'The request cannot be read.' },
  InvalidArgument: {
    code: 108,
    status: 400,
    summary: 'An argument is not acceptable; info.arguments names it.',
  },
  Duplicated: { code: 109, status: 409, summary: 'The name or id is taken.' },
  ResourceNotFound: { code: 110, status: 404, summary: 'There is no such user or record.' },
  NotSupported: { code: 111, status: 501, summary: 'This is not supported.' },
  NotImplemented: { code: 112, status: 501, summary: 'This is not implemented.' },
  ConstraintViolated: { code: 113, status: 409, summary: 'Other records refer to this one.' },
  IncompatibleSchema: {
    code: 114,
    status: 409,
    summary: 'A value does not fit the type of its field, or the schema is frozen.',
  },
  AtomicOperationFailure: {
    code: 115,
    status: 409,
    summary: 'Nothing was saved, because one record failed; info holds the errors by record id.',
  },
  PartialOperationFailure: { code: 116, status: 200, summary: 'Known to SDKs; not answered.' },
  UndefinedOperation: { code: 117, status: 404, summary: 'There is no such action.' },
  PluginUnavailable: { code: 118, status: 503, summary: 'Known to SDKs; not answered.' },
  PluginTimeout: { code: 119, status: 504, summary: 'Known to SDKs; not answered.' },
  RecordQueryInvalid: { code: 120, status: 400, summary: 'The query names an unknown field.' },
  PluginInitializing: { code: 121, status: 503, summary: 'Known to SDKs; not answered.' },
  ResponseTimeout: {
    code: 122,
    status: 503,
    summary: 'The server has too much to do; try again after Retry-After seconds.',
  },
  DeniedArgument: {
    code: 123,
    status: 403,
    summary: 'The caller may not write some fields; info.arguments names them.',
  },
  RecordQueryDenied: { code: 124, status: 403, summary: 'The caller may not query by a field.' },
  NotConfigured: { code: 125, status: 503, summary: 'The operator has not switched this on.' },
  PasswordPolicyViolated: {
    code: 126,
    status: 400,
    summary: 'The password is too weak or has expired; info.reason says which rule.',
  },
  UserDisabled: { code: 127, status: 403, summary: 'The user is disabled.' },
  VerificationRequired: { code: 128, status: 403, summary: 'The user is not verified yet.' },
  AssetSizeTooLarge: { code: 129, status: 413, summary: 'Known to SDKs; not answered.' },
  TooManyRequests: {
    code: 130,
    status: 429,
    summary: 'Too many requests; try again after Retry-After seconds.',
  },
  UnexpectedError: {
    code: 10000,
    status: 500,
    summary: 'The server failed; the log has the cause under the request id.',
  },
  UnexpectedUnableToOpenDatabase: {
    code: 10002,
    status: 503,
    summary: 'The database cannot be reached.',
  },
} as const satisfies Record<string, { code: number; status: number; summary: string }>

export type ErrorName = keyof typeof errorTable

/** The error object of the wire. */
export interface ErrorObject {
  name: ErrorName
  code: number
  message: string
  info?: Record<string, unknown>
}

interface ApiErrorOptions {
  /** Facts for the program that called: what SDKs hand on as `error.info`. */
  info?: Record<string, unknown>
  /** Instead of the table's HTTP status. */
  status?: number
  /** Sent as the Retry-After header. */
  retryAfterSeconds?: number
  /** Logged, never sent. */
  cause?: unknown
}

/** An answer that says no. Anything else thrown is a bug, answered as UnexpectedError. */
export class ApiError extends Error {
  override readonly name: ErrorName
  readonly info: Record<string, unknown> | undefined
  readonly status: number
  readonly retryAfterSeconds: number | undefined

  constructor(name: ErrorName, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = name
    this.info = options.info
    this.status = options.status ?? errorTable[name].status
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get code(): number {
    return errorTable[this.name].code
  }

  /** Named so that JSON.stringify gives the error object of the wire. */
  toJSON(): ErrorObject {
    const { name, code, message, info } = this
    return info ? { name, code, message, info } : { name, code, message }
  }
}

/** An InvalidArgument that names the arguments as SDKs expect them. */
export function invalidArgument(message: string, ...names: string[]): ApiError {
  return new ApiError(
    'InvalidArgument',
    message,
    names.length > 0 ? { info: { arguments: names } } : {},
  )
}
