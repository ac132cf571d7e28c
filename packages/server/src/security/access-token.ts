import { hash } from 'node:crypto'
import type { Stores, User } from '../storage/storage.ts'
import type { Account, Dialect } from '../users/user.ts'

/** What an access token stands for. */
export interface TokenHolder extends User {
  dialect: Dialect
  /**
   * True for a signed token from before a password change. It is as good as none, but calls that
   * need no user are answered without one, as the original did.
   */
  isStale: boolean
}

/** Issues and checks access tokens; one implementation for each kind. */
export interface AccessTokens {
  /** Opens a session, within the transaction of `stores`. */
  issue(stores: Stores, account: Account, dialect: Dialect, now: number): Promise<string>
  /** A token that looks like one of this user, who does not exist, and opens nothing. */
  decoy(account: Account, dialect: Dialect, now: number): Promise<string>
  /** Undefined for a token that is unknown, expired, revoked, malformed or of a deleted user. */
  find(token: string, now: number): Promise<TokenHolder | undefined>
  /** The token with which the session goes on after `me`. */
  renew(token: string, holder: TokenHolder, now: number): Promise<string>
  /** Ends the session of this token. */
  revoke(token: string): Promise<void>
  /**
   * After a password change: the token with which the caller goes on. `invalidate` ends every
   * session, the caller's too, and opens a new one.
   */
  afterPasswordChange(change: PasswordChange): Promise<string>
}

export interface PasswordChange {
  stores: Stores
  /** As it is after the change. */
  account: Account
  dialect: Dialect
  /** Undefined for a server that acts for the user with the master key. */
  token: string | undefined
  invalidate: boolean
  now: number
}

/** How tokens are stored: whoever reads the database cannot use what is there. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}
