import { ApiError } from '../errors.ts'
import type { Subject } from '../records/access.ts'
import type { Settings } from '../settings.ts'
import type { AccountStore, EndReason, RoleStore } from '../storage/storage.ts'
import { isDisabled } from '../users/user.ts'
import type { AccessTokens, TokenHolder } from './access-token.ts'
import type { KeyKind } from './api-key.ts'
import { passwordExpired } from './password-policy.ts'

/**
 * Who may call an action:
 * - `open`: anybody, without a key.
 * - `guest`: anybody, without a key; a user counts if there is one, and a bad token is as none.
 * - `key`: whoever has an API key; an access token is not looked at.
 * - `session`: whoever has a key or a token that is good, be its user disabled or not.
 * - `reader`: the same, and the user counts if there is one.
 * - `writer`: a user, or the master key.
 * - `user`: a user.
 * - `admin`: a user with an admin role, or the master key.
 * - `master`: the master key; an access token is not looked at.
 * - `operator`: the same, for what the original's development mode opened to every key.
 */
export type Access =
  | 'open'
  | 'guest'
  | 'key'
  | 'session'
  | 'reader'
  | 'writer'
  | 'user'
  | 'admin'
  | 'master'
  | 'operator'

/** What a request says of who sends it. */
export interface Credentials {
  apiKey: string | undefined
  accessToken: string | undefined
  /** The user that a server with the master key acts for. */
  userId: string | undefined
}

/** Who sends a request. */
export interface Caller {
  key: KeyKind | undefined
  /** Undefined when nobody is logged in, or `access` does not ask. */
  user: TokenHolder | undefined
  /** The access token as it was sent, if it is good. */
  token: string | undefined
}

/** True for the master key and for users with an admin role. */
export async function isAdmin({ key, user }: Caller, roles: RoleStore): Promise<boolean> {
  if (key === 'master') return true
  if (!user || user.account.roles.length === 0) return false
  const adminRoles = await roles.admin()
  return user.account.roles.some((role) => adminRoles.includes(role))
}

/** Owner and author of what the master key saves without a user. */
export const MASTER_USER_ID = '_god'

const DAY_MS = 86_400_000

interface AuthenticationParts {
  accounts: AccountStore
  roles: RoleStore
  tokens: AccessTokens
  keyKindOf: (key: string) => KeyKind | undefined
  settings: Pick<Settings, 'passwordExpiryDays' | 'verifyRequired'>
}

export type Authenticate = (
  credentials: Credentials,
  access: Access,
  now: number,
  options?: { withExpiredPassword?: boolean },
) => Promise<Caller>

/**
 * Finds out who calls, in the original's order: the key first, since a wrong one loses even beside
 * a good token; then the token, which needs no key; then the user's state.
 *
 * The result throws AccessKeyNotAccepted, NotAuthenticated, AccessTokenNotAccepted, UserDisabled,
 * PasswordPolicyViolated or VerificationRequired.
 */
export function createAuthenticate(parts: AuthenticationParts): Authenticate {
  return async (credentials, access, now, { withExpiredPassword = false } = {}) => {
    const nobody = { key: undefined, user: undefined, token: undefined }
    if (access === 'open') return nobody
    if (access === 'guest') return findGuest(credentials, parts, now)

    const key = checkKey(credentials.apiKey, parts)
    if (access === 'key' || access === 'master' || access === 'operator') {
      if (!key) throw new ApiError('NotAuthenticated', 'Api key is empty')
      if (access !== 'key' && key !== 'master') throw masterKeyNeeded(access)
      return { ...nobody, key }
    }

    const user = await findUser(credentials, key, parts, now)
    const caller = { key, user, token: credentials.accessToken }
    if (access === 'session') return caller

    const problem = user && problemOf(user, now, withExpiredPassword, parts.settings)
    const isGated = access !== 'admin' && key !== 'master'
    if (user && !problem && isGated && isUnverified(user, parts.settings)) throw notVerified()
    if (access === 'reader' || access === 'admin') {
      // Whoever cannot act as a user may still have a key that suffices.
      const usable = problem ? { ...caller, user: undefined } : caller
      if (access === 'admin') await checkAdmin(usable, parts.roles)
      return usable
    }
    if (problem?.name === 'AccessTokenNotAccepted') {
      throw tokenNotAccepted(await parts.tokens.endOf(credentials.accessToken ?? '', now))
    }
    if (problem) throw problem
    if (!user && !(access === 'writer' && key === 'master')) {
      throw new ApiError(
        'NotAuthenticated',
        'Authentication is required for this action, please login.',
      )
    }
    return caller
  }
}

/** A wrong key, a dead token and a disabled user are answered as if nobody was logged in. */
async function findGuest(
  { accessToken }: Credentials,
  { tokens }: AuthenticationParts,
  now: number,
): Promise<Caller> {
  const holder = accessToken ? await tokens.find(accessToken, now) : undefined
  const user = holder && !holder.isStale && !isDisabled(holder.account, now) ? holder : undefined
  return { key: undefined, user, token: user && accessToken }
}

async function checkAdmin(caller: Caller, roles: RoleStore): Promise<void> {
  if (await isAdmin(caller, roles)) return
  if (caller.user) throw notAllowed('no permission to perform this action')
  throw new ApiError('NotAuthenticated', 'User is required for this action, please login.')
}

function masterKeyNeeded(access: 'master' | 'operator'): ApiError {
  return access === 'master'
    ? notAllowed('no permission to this action')
    : new ApiError('PermissionDenied', 'This needs the master key.')
}

/** Keys and roles that do not suffice are answered 401, as they were in the original. */
function notAllowed(message: string): ApiError {
  return new ApiError('PermissionDenied', message, { status: 401 })
}

/** The caller as access control sees it. */
export function subjectOf({ key, user }: Caller): Subject {
  return {
    userId: user?.account.id,
    roles: user?.account.roles ?? [],
    isMaster: key === 'master',
  }
}

function checkKey(apiKey: string | undefined, parts: AuthenticationParts): KeyKind | undefined {
  if (!apiKey) return undefined
  const kind = parts.keyKindOf(apiKey)
  // The key is not repeated: it may be a mistyped master key.
  if (!kind) throw new ApiError('AccessKeyNotAccepted', 'Cannot verify api key')
  return kind
}

async function findUser(
  { accessToken, userId }: Credentials,
  key: KeyKind | undefined,
  { accounts, tokens }: AuthenticationParts,
  now: number,
): Promise<TokenHolder | undefined> {
  if (accessToken) {
    const holder = await tokens.find(accessToken, now)
    if (!holder) throw tokenNotAccepted(await tokens.endOf(accessToken, now))
    return holder
  }
  if (!key) {
    throw new ApiError('NotAuthenticated', 'Both api key and access token are empty')
  }
  if (key !== 'master' || !userId) return undefined
  const user = await accounts.find(userId)
  return user && { ...user, dialect: 'B', isStale: false }
}

function problemOf(
  { account, isStale }: TokenHolder,
  now: number,
  withExpiredPassword: boolean,
  { passwordExpiryDays }: Pick<Settings, 'passwordExpiryDays'>,
): ApiError | undefined {
  if (isDisabled(account, now)) return userDisabled(account)
  if (isStale) return tokenNotAccepted()
  const { passwordChangedAt } = account
  const mayExpire = passwordExpiryDays > 0 && passwordChangedAt !== null && !withExpiredPassword
  if (mayExpire && now > passwordChangedAt + passwordExpiryDays * DAY_MS) return passwordExpired()
  return undefined
}

function isUnverified(
  { record }: TokenHolder,
  { verifyRequired }: Pick<Settings, 'verifyRequired'>,
): boolean {
  return verifyRequired && record.fields['is_verified'] !== true
}

function notVerified(): ApiError {
  return new ApiError('VerificationRequired', 'User is not yet verified')
}

/** The error of somebody whom an administrator keeps out, with what the administrator says. */
export function userDisabled({
  disabledMessage,
  disabledUntil,
}: {
  disabledMessage: string | null
  disabledUntil: number | null
}): ApiError {
  const info = {
    ...(disabledMessage !== null && { message: disabledMessage }),
    ...(disabledUntil !== null && {
      expiry: new Date(disabledUntil).toISOString().replace(/\.\d+Z$/, 'Z'),
    }),
  }
  const hasInfo = Object.keys(info).length > 0
  return new ApiError('UserDisabled', 'user is disabled', hasInfo ? { info } : {})
}

/** SDKs hand the reason on to whoever asks why they were signed out. */
function tokenNotAccepted(reason?: EndReason): ApiError {
  const message = 'token does not exist or it has expired'
  return new ApiError('AccessTokenNotAccepted', message, reason && { info: { reason } })
}
