import type { StoredRecord } from '../records/record.ts'

/** Of the client that opened a session: see the two wire dialects in docs/reference/protocol.md. */
export type Dialect = 'A' | 'B'

/** Whether, until when and why an administrator keeps a user out. */
export interface DisabledState {
  disabled: boolean
  disabledMessage: string | null
  /** Unix milliseconds at which a disabled user is enabled again; null: never. */
  disabledUntil: number | null
}

/** What log-in needs to know of a user; what apps see of one is the user's record. */
export interface Account extends DisabledState {
  id: string
  /** Null for users without a password, such as anonymous ones. */
  passwordHash: string | null
  /** Counts up with every password change or revocation of all tokens. */
  tokenVersion: number
  /** Unix milliseconds; null while there is no password. */
  passwordChangedAt: number | null
  /** Unix milliseconds. */
  lastLoginAt: number | null
  /** Unix milliseconds, at most a minute behind. */
  lastSeenAt: number | null
  roles: string[]
}

/** True while an administrator keeps the user out. */
export function isDisabled(account: Account, now: number): boolean {
  return account.disabled && (account.disabledUntil === null || account.disabledUntil > now)
}

/** The account of somebody who signs up at `now`. */
export function newAccount(
  id: string,
  passwordHash: string | null,
  roles: string[],
  now: number,
): Account {
  return {
    id,
    passwordHash,
    tokenVersion: 0,
    passwordChangedAt: passwordHash === null ? null : now,
    disabled: false,
    disabledMessage: null,
    disabledUntil: null,
    lastLoginAt: now,
    lastSeenAt: now,
    roles,
  }
}

/**
 * Languages that the user may read, as in Accept-Language: the field `locale` of the user record,
 * or else what a request says.
 */
export function languagesOf({ fields }: StoredRecord, acceptLanguage: string): string {
  const { locale } = fields
  return typeof locale === 'string' && locale !== '' ? locale : acceptLanguage
}
