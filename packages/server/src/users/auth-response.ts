import type { FieldAccessRules } from '../records/field-access.ts'
import { presentRecord, type StoredRecord } from '../records/record.ts'
import { formatTime } from '../records/value.ts'
import type { Account, Dialect } from './user.ts'

/** What sign-up, log-in, `me` and a password change answer. */
export interface AuthResponse {
  user_id: string
  /** The user's record as the user sees it. */
  profile: Record<string, unknown>
  access_token: string
  roles?: string[]
  last_login_at?: string
  last_seen_at?: string
  username?: string
  email?: string
}

interface AuthResponseParts {
  account: Account
  record: StoredRecord
  accessToken: string
  dialect: Dialect
  rules: FieldAccessRules
}

/**
 * Presents a user to himself. The times are those before the current call, so that an app can show
 * when the user was last here. Clients of dialect A read the names beside the profile, not in it.
 */
export function authResponse({
  account,
  record,
  accessToken,
  dialect,
  rules,
}: AuthResponseParts): AuthResponse {
  const { id, roles, lastLoginAt, lastSeenAt } = account
  const subject = { userId: id, roles, isMaster: false }
  const response: AuthResponse = {
    user_id: id,
    profile: presentRecord({ ...record, lastLoginAt }, subject, rules),
    access_token: accessToken,
  }
  if (roles.length > 0) response.roles = roles
  if (lastLoginAt !== null) response.last_login_at = formatTime(lastLoginAt)
  if (lastSeenAt !== null) response.last_seen_at = formatTime(lastSeenAt)
  return dialect === 'A' ? { ...response, ...flatNames(record) } : response
}

/** The names of a user record as clients of dialect A expect them: absent when empty. */
export function flatNames({ fields }: StoredRecord): { username?: string; email?: string } {
  const { username, email } = fields
  return {
    ...(typeof username === 'string' && username !== '' ? { username } : {}),
    ...(typeof email === 'string' && email !== '' ? { email } : {}),
  }
}
