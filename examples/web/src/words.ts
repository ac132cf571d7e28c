import type { AnySkygearError } from 'skygear'

/** Words by the names of errors; a mistyped name does not compile. */
export type ErrorWords = {
  readonly [Name in AnySkygearError['name']]?: string | ((error: AnySkygearError) => string)
}

/**
 * What the user is told of an error, whose `message` is for developers. The same error means
 * different things in different places: `ownWords` are those of the place.
 */
export function sayError(thrown: unknown, ownWords?: ErrorWords): string {
  const error = thrown as AnySkygearError
  const words = { ...ERRORS, ...ownWords }[error.name]
  if (words !== undefined) return typeof words === 'string' ? words : words(error)
  console.error(error)
  return 'Something went wrong. Please try again.'
}

/** Why nobody is logged in any more, by the `reason` of the state. */
export function sayWhyLoggedOut(reason: string | null): string {
  return LOG_OUTS[reason ?? ''] ?? 'You are logged out.'
}

/** One message for both, so that strangers do not learn who has an account. */
const NO_ENTRY = 'Wrong e-mail address or password.'

export const LOG_IN_ERRORS: ErrorWords = {
  InvalidCredentials: NO_ENTRY,
  ResourceNotFound: NO_ENTRY,
}

const BUSY = 'The server is busy. Please try again in a moment.'

const ERRORS: ErrorWords = {
  Duplicated: 'This address has an account already.',
  InvalidArgument: 'This cannot be used. Please check what you have entered.',
  PasswordPolicyViolated: sayPasswordRule,
  TooManyRequests: ({ retryAfter = 60 }) => `Too many tries. Please wait ${sayTime(retryAfter)}.`,
  // The administrator may have left a message for the user.
  UserDisabled: ({ info }) => String(info?.['message'] ?? 'This account is disabled.'),
  ResponseTimeout: BUSY,
  UnexpectedUnableToOpenDatabase: BUSY,
  NetworkError: 'The server cannot be reached. Are you online?',
  TimeoutError: 'The server did not answer in time. Please try again.',
  UnexpectedAnswer: 'Something else answered. Does your network ask you to log in first?',
  // Nobody is logged in by now: the entrance says why.
  AccessTokenNotAccepted: '',
}

/** By `info.reason`. What is in braces is in `info` too. */
const PASSWORD_RULES: { readonly [reason: string]: string } = {
  PasswordTooShort: 'Too short: a password takes at least {min_length} characters.',
  PasswordTooLong: 'Too long: a password has at most {max_length} characters.',
  PasswordTooCommon: 'Too easy to guess. Please choose another password.',
  PasswordBelowGuessableLevel: 'Too easy to guess. Please choose another password.',
  PasswordContainingExcludedKeywords: 'The password contains a word that it must not contain.',
  PasswordUppercaseRequired: 'The password needs a capital letter.',
  PasswordLowercaseRequired: 'The password needs a small letter.',
  PasswordDigitRequired: 'The password needs a digit.',
  PasswordSymbolRequired: 'The password needs a symbol, such as ! or ?.',
  PasswordReused: 'You have used this password before. Please choose another one.',
  PasswordExpired: 'Your password has expired. “Forgot password?” gets you a new one.',
}

const LOG_OUTS: { readonly [reason: string]: string } = {
  revoked: 'This device was logged out from another one.',
  passwordChanged: 'You are logged out, because your password was changed on another device.',
  passwordReset: 'You are logged out, because a new password was set.',
  expired: 'Your session has expired. Please log in again.',
  userDeleted: 'This account was deleted.',
}

function sayPasswordRule({ info = {} }: AnySkygearError): string {
  const words = PASSWORD_RULES[String(info['reason'])] ?? 'Please choose another password.'
  return words.replace(/\{(\w+)\}/g, (_, fact: string) => String(info[fact]))
}

function sayTime(seconds: number): string {
  if (seconds < 90) return inUnits(seconds, 'second')
  if (seconds < 90 * 60) return inUnits(seconds / 60, 'minute')
  return inUnits(seconds / 3600, 'hour')
}

function inUnits(count: number, unit: 'second' | 'minute' | 'hour'): string {
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.ceil(count),
  )
}
