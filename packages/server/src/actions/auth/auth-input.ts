import { z } from 'zod'
import { ApiError, invalidArgument } from '../../errors.ts'
import type { Dialect } from '../../users/user.ts'
import { jsonObject } from '../action.ts'

/** Members that sign-up and log-in have in common, in both wire dialects. */
export const authInput = z.object({
  auth_data: jsonObject.nullish().describe('Login ids, such as {"username": "amy"}.'),
  password: z.string().nullish(),
  provider: z.string().nullish(),
  // Dialect A; other types than text were never looked at there.
  username: z.unknown().optional().describe('Dialect A, instead of auth_data.'),
  email: z.unknown().optional().describe('Dialect A, instead of auth_data.'),
})

export type AuthInput = z.output<typeof authInput>

/**
 * Tells the wire dialect of a sign-up or log-in: the old clients name the user at the top level.
 * Members that are null count, since that is how they sign up anonymously.
 */
export function dialectOf(input: AuthInput): Dialect {
  const isNamedAtTop = input.username !== undefined || input.email !== undefined
  return !input.auth_data && isNamedAtTop ? 'A' : 'B'
}

/** The login ids of a sign-up or log-in, whichever the dialect. */
export function authDataOf(input: AuthInput): Record<string, unknown> {
  if (dialectOf(input) === 'B') return input.auth_data ?? {}
  const given = Object.entries({ username: input.username, email: input.email })
  return Object.fromEntries(given.filter(([, value]) => typeof value === 'string' && value !== ''))
}

/** Throws InvalidArgument for a log-in through a provider, of which there are none. */
export function refuseProvider({ provider }: AuthInput): void {
  if (provider) throw invalidArgument(`no auth provider of name "${provider}"`, 'provider')
}

/**
 * Two different halves of surrogate pairs would become the same bytes, and so the same password.
 *
 * Throws InvalidArgument.
 */
export function checkPasswordText(password: string, argument: string): void {
  if (!password.isWellFormed()) {
    throw invalidArgument('The password contains half a character.', argument)
  }
}

/** The answer to a name that is taken. */
export function userDuplicated(cause: unknown): ApiError {
  return new ApiError('Duplicated', 'user duplicated', { cause })
}
