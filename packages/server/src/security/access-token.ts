import { hash } from 'node:crypto'
import type { EndReason, Session, SessionOrigin, Stores, User } from '../storage/storage.ts'
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
  issue(stores: Stores, account: Account, dialect: Dialect, opening: Opening): Promise<string>
  /** A token that looks like one of this user, who does not exist, and opens nothing. */
  decoy(account: Account, dialect: Dialect, now: number): Promise<string>
  /** Undefined for a token that is unknown, expired, revoked, malformed or of a deleted user. */
  find(token: string, now: number): Promise<TokenHolder | undefined>
  /** The token with which the session goes on after `me`. */
  renew(token: string, holder: TokenHolder, now: number): Promise<string>
  /** Why a token that `find` does not give is dead; undefined when that is not known. */
  endOf(token: string, now: number): Promise<EndReason | undefined>
  /** Ends the session of this token, within the transaction of `stores`. */
  end(stores: Stores, token: string, reason: EndReason, now: number): Promise<void>
  /**
   * The user's sessions that have not ended, newest first. Signed tokens are not kept: of those,
   * there is only the one of `token`.
   */
  list(
    stores: Stores,
    account: Account,
    token: string | undefined,
    now: number,
  ): Promise<OpenSession[]>
  /** Revokes every session but that of `token`, and gives the token with which that one goes on. */
  revokeOthers(stores: Stores, holder: TokenHolder, token: string, now: number): Promise<string>
  /**
   * After a password change: the token with which the caller goes on. `invalidate` ends every
   * session, the caller's too, and opens a new one.
   */
  afterPasswordChange(change: PasswordChange): Promise<string>
}

/** When a session is opened, and from where. */
export interface Opening {
  client: { software: string; address: string }
  now: number
}

/** A session as its owner is told of it. */
export interface OpenSession extends SessionOrigin, Pick<Session, 'createdAt' | 'lastSeenAt'> {
  /** The session of the token that the request came with. */
  isCurrent: boolean
  tokenHash: string
}

export interface PasswordChange extends Opening {
  stores: Stores
  /** As it is after the change. */
  account: Account
  dialect: Dialect
  /** Undefined for a server that acts for the user with the master key. */
  token: string | undefined
  invalidate: boolean
}

/** How tokens are stored: whoever reads the database cannot use what is there. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url')
}

/** How a session is called where its owner sees it: nothing that a token or its hash follows from. */
export function sessionIdOf(tokenHash: string): string {
  return hash('sha256', `session ${tokenHash}`, 'base64url').slice(0, 22)
}
