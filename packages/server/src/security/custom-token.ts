import { createSecretKey } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import { ApiError } from '../errors.ts'

/** What an app's own server says of a user who logged in there. */
export interface CustomTokenClaims {
  subject: string
  /** Fields for the user's record, as they came. */
  profile: Record<string, unknown>
}

/**
 * Reads a token that the app's own server signed with `CUSTOM_TOKEN_SECRET`. All three claims are
 * required, so that no token is good for ever.
 *
 * Throws BadRequest for a token that is malformed, badly signed or out of its time, and
 * InvalidCredentials for one that lacks a claim.
 */
export async function readCustomToken(token: string, secret: string): Promise<CustomTokenClaims> {
  const { sub, iat, exp, skyprofile } = await verify(token, secret)
  if (sub === undefined || sub === '') throw missing('subject (sub)')
  if (exp === undefined) throw missing('expires at (exp)')
  if (iat === undefined) throw missing('issued at (iat)')
  if (typeof sub !== 'string' || iat > Date.now() / 1_000) throw unreadable()
  if (skyprofile === undefined || skyprofile === null) return { subject: sub, profile: {} }
  if (typeof skyprofile !== 'object' || Array.isArray(skyprofile)) throw unreadable()
  return { subject: sub, profile: skyprofile as Record<string, unknown> }
}

async function verify(token: string, secret: string): Promise<JWTPayload> {
  try {
    const key = createSecretKey(Buffer.from(secret))
    const { payload } = await jwtVerify(token, key, { algorithms: ['HS256', 'HS384', 'HS512'] })
    return payload
  } catch (error) {
    throw error instanceof errors.JOSEError ? unreadable(error) : error
  }
}

function unreadable(cause?: unknown): ApiError {
  return new ApiError('BadRequest', 'fails to decode the request payload', { cause })
}

function missing(claim: string): ApiError {
  return new ApiError('InvalidCredentials', `invalid token: ${claim} not specified`)
}
