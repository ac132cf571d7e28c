import { ErrorCodes, type ErrorName } from './generated/protocol.ts'

/** What the server says about a failure; without a `code` when it was not the server that spoke. */
export interface ErrorObject {
  name: string
  code?: number
  message: string
  info?: { [key: string]: unknown }
}

/** What is known of a failure besides its message, code and info. */
export interface ErrorDetails {
  name?: string
  status?: number | undefined
  error?: ErrorObject
  answered?: boolean
  retryAfter?: number | undefined
  cause?: unknown
}

/**
 * Every rejection of this SDK.
 *
 * `error.code` and `error.error.code` are the same number, one of `ErrorCodes`; it is undefined when
 * the server was not reached or something else answered in its place.
 */
export class SkygearError extends Error {
  /** One of `ErrorCodes`, or undefined when no server error was received. */
  readonly code: number | undefined
  /** More about the error; its shape depends on `code`. */
  readonly info: { [key: string]: unknown } | undefined
  /** HTTP status, if there was an HTTP answer of its own. */
  readonly status: number | undefined
  /** The error as the server sent it, or a description in the same shape. */
  readonly error: ErrorObject
  /** True when the server itself refused. If false, a change may or may not have been made. */
  readonly answered: boolean
  /** Seconds to wait before the next try, when the server named them. */
  readonly retryAfter: number | undefined

  /** Pass `null` as the code of an error that no server has seen. */
  constructor(
    message: string,
    code: number | null = ErrorCodes.UnexpectedError,
    info?: { [key: string]: unknown } | null,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = details.name ?? nameOf(code)
    this.code = code ?? undefined
    this.info = info ?? undefined
    this.status = details.status
    this.error = details.error ?? this.toJSON()
    this.answered = details.answered ?? false
    this.retryAfter = details.retryAfter
  }

  /** The error in the shape that the server uses. */
  toJSON(): ErrorObject {
    const { name, code, message, info } = this
    return { name, ...(code && { code }), message, ...(info && { info }) }
  }
}

/**
 * A `SkygearError` as TypeScript can tell it apart by its name, in `switch (error.name)`. A server
 * with functions of the operator's own may send other names, so leave a `default`.
 */
export type AnySkygearError =
  | {
      [Name in ErrorName]: SkygearError & {
        readonly name: Name
        readonly code: (typeof ErrorCodes)[Name]
      }
    }[ErrorName]
  | (SkygearError & {
      readonly name: 'NetworkError' | 'TimeoutError' | 'UnexpectedAnswer'
      readonly code: undefined
      readonly answered: false
    })

/** An argument that was refused before anything was sent. */
export function invalidArgument(message: string, cause?: unknown): SkygearError {
  return new SkygearError(message, ErrorCodes.InvalidArgument, null, { cause })
}

/** An answer that the server would not give: of a proxy, a captive portal, another service. */
export function unexpectedAnswer(details: ErrorDetails = {}): SkygearError {
  return new SkygearError('The answer is not that of a Skygear server.', null, null, {
    ...details,
    name: 'UnexpectedAnswer',
  })
}

/** The error that an error object of the server describes. */
export function serverError(error: ErrorObject, details: ErrorDetails = {}): SkygearError {
  return new SkygearError(error.message, error.code, error.info, {
    ...details,
    name: error.name,
    error,
    answered: true,
  })
}

/** Tells whether a parsed value is an error object of the server. */
export function isErrorObject(value: unknown): value is ErrorObject {
  return typeof (value as ErrorObject | null | undefined)?.code === 'number'
}

function nameOf(code: number | null): string {
  const known = Object.entries(ErrorCodes).find(([, value]) => value === code)
  return known ? known[0] : 'SkygearError'
}
