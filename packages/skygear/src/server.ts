import { type Attributes, BaseRecord } from './base-record.ts'
import { createConnection } from './connection.ts'
import { type SkygearError, unexpectedAnswer } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'
import { readUserBy, type UserFields } from './user.ts'
import { fromWire } from './wire-value.ts'

export type { Attributes, BaseRecord as Record } from './base-record.ts'
export { SkygearError } from './errors.ts'
export { ErrorCodes } from './generated/protocol.ts'

/** The record of a user; `Profile` types the attributes that an app adds. */
export type User<Profile extends object = object> = BaseRecord & UserFields & Profile

/** Anything that carries the headers of a request, or the access token itself. */
export type TokenSource =
  | string
  | null
  | undefined
  | Pick<Headers, 'get'>
  | { readonly headers: Pick<Headers, 'get'> | NodeHeaders }

/** Headers as `node:http`, Express and Fastify have them: by their names in lower case. */
export interface NodeHeaders {
  readonly [name: string]: string | string[] | undefined
}

/** Which server to ask. */
export interface VerifierOptions {
  /** URL of the Skygear server. */
  endPoint: string
  /** The client key of the app. */
  apiKey: string
  /** Milliseconds to wait for it; 10 000 unless given. */
  timeoutMs?: number
}

/**
 * Gives the user whose access token came with a request, or null if there is none, it is not accepted,
 * or its user is kept out. Rejects with a SkygearError when the server cannot tell, which says nothing
 * of the user.
 */
export type Verify<Profile extends object = object> = (
  request: TokenSource,
) => Promise<User<Profile> | null>

/** What a server says of a token or its user, and of nothing else. */
const REFUSALS: readonly (number | undefined)[] = [
  ErrorCodes.AccessTokenNotAccepted,
  ErrorCodes.UserDisabled,
  ErrorCodes.VerificationRequired,
  // Of a password that has expired.
  ErrorCodes.PasswordPolicyViolated,
]

/** What a signed token says. */
export interface TokenClaims {
  userId: string
  /** Unix time in seconds, if the token says so. */
  issuedAt: number | undefined
  /** Unix time in seconds; undefined for a token that does not expire. */
  expiresAt: number | undefined
}

/**
 * Verifies the access tokens of requests by asking the Skygear server, so that a log-out or a
 * changed password counts with the next request.
 */
export function createVerifier<Profile extends object = object>(
  options: VerifierOptions,
): Verify<Profile> {
  // Only the app knows what its users' records hold.
  const readUser = readUserBy((json: Attributes) => new BaseRecord('user', json) as User<Profile>)
  const storage = createMemoryStorage()
  const connection = createConnection({ user: readUser, value: fromWire }, { storage })
  // Modules are loaded where a setting is still missing, too, as by a build: what lacks then is told
  // by the first call.
  connection.endPoint = options.endPoint?.replace(/\/?$/, '/') ?? ''
  connection.apiKey = options.apiKey
  connection.timeoutOptions = { response: options.timeoutMs ?? 10_000 }

  return async (request) => {
    const token = readToken(request)
    // No token has other characters than these, and no header could carry them to the server.
    if (!token || !/^[\x21-\x7e]+$/.test(token)) return null
    try {
      const { profile } = await connection.call('me', {}, { order: 0, sessionId: 0, token })
      const user = readUser(profile)
      if (!user) throw unexpectedAnswer({ status: 200 })
      return user
    } catch (error) {
      const { status, code } = error as SkygearError
      if ((status === 401 || status === 403) && REFUSALS.includes(code)) return null
      throw error
    }
  }
}

/** The token of `X-Skygear-Access-Token`, or else of `Authorization: Bearer`; null if none came. */
export function readToken(request: TokenSource): string | null {
  if (typeof request === 'string') return request || null
  if (!request) return null
  const headers = 'headers' in request ? request.headers : request
  const get = (name: string) => {
    const value = isFetchHeaders(headers) ? headers.get(name) : headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const bearer = /^Bearer +(\S+)$/i.exec(get('authorization') ?? '')
  return get('x-skygear-access-token') || bearer?.[1] || null
}

/** Not `instanceof`: frameworks have classes of their own. */
function isFetchHeaders(headers: object): headers is Pick<Headers, 'get'> {
  return typeof (headers as Headers).get === 'function'
}

/**
 * Middleware for Express that sets `request.user`, to null for nobody. When the server cannot tell,
 * `next` is called with the error, whose `status` is then 503.
 */
export function expressUser(verify: Verify) {
  return (
    request: TokenSource & object,
    _response: unknown,
    next: (error?: unknown) => void,
  ): void => {
    verify(request).then(
      (user) => {
        Object.assign(request, { user })
        next()
      },
      (error) => next(cannotTell(error)),
    )
  }
}

/**
 * Hook for Fastify's `onRequest` that sets `request.user`, to null for nobody; decorate the request
 * with it. Rejects with an error of `statusCode` 503 when the server cannot tell.
 */
export function fastifyUser(verify: Verify) {
  return async (request: TokenSource & object): Promise<void> => {
    const user = await verify(request).catch((error) => {
      throw cannotTell(error)
    })
    Object.assign(request, { user })
  }
}

/** The caller is not to blame, and must not be signed out. */
function cannotTell(cause: unknown): Error {
  const error = new Error('Who is calling could not be found out.', { cause })
  return Object.assign(error, { status: 503, statusCode: 503 })
}

/**
 * Reads a token of `TOKEN_STORE=jwt` without asking the server, or gives null if it was not signed
 * with the secret or has expired.
 *
 * It takes the server's `TOKEN_STORE_SECRET`, with which tokens can be made too. It cannot see that
 * a user has logged out, changed the password or been disabled: have tokens expire soon
 * (`TOKEN_STORE_EXPIRY`), or use `createVerifier` where that matters.
 */
export async function verifyJwt(
  token: string,
  options: { tokenSecret: string; now?: Date },
): Promise<TokenClaims | null> {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.')
  const { alg } = readPart(header)
  // No other: a token must not choose how it is verified.
  if (rest.length > 0 || alg !== 'HS256' || !options.tokenSecret) return null

  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const secret = new TextEncoder().encode(options.tokenSecret)
  const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['verify'])
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  const mac = bytesOf(signature)
  if (!mac || !(await crypto.subtle.verify('HMAC', key, mac, signed))) return null

  const { sub, iat, exp, nbf } = readPart(payload)
  const nowSeconds = (options.now ?? new Date()).getTime() / 1000
  if (typeof sub !== 'string' || !sub) return null
  if (exp !== undefined && !(Number(exp) > nowSeconds)) return null
  if (nbf !== undefined && !(Number(nbf) <= nowSeconds)) return null
  return { userId: sub, issuedAt: secondsOf(iat), expiresAt: secondsOf(exp) }
}

function readPart(part: string): { [name: string]: unknown } {
  try {
    return Object(JSON.parse(new TextDecoder().decode(bytesOf(part))))
  } catch {
    return {}
  }
}

/** Undefined for what is not base64url. */
function bytesOf(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    // Of a length that no bytes give.
    return undefined
  }
}

function secondsOf(claim: unknown): number | undefined {
  return typeof claim === 'number' ? claim : undefined
}
