import type { Connection } from './connection.ts'
import { invalidArgument, type SkygearError, unexpectedAnswer } from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import type {
  AuthState,
  Credentials,
  Moment,
  SessionUser,
  UserChangedHandler,
} from './session-store.ts'
import { toWire } from './wire-value.ts'

/** Sign-up, log-in, and everything else about who uses the app. Rejects with `SkygearError`. */
export interface Sessions<Account> {
  /** The logged-in user as last heard of, or null. `whoami()` brings it up to date. */
  readonly currentUser: Account | null
  /** What proves to the server who is logged in, or null. */
  readonly accessToken: string | null
  /**
   * Calls the listener with the user on sign-up and log-in, and with null on log-out and when the
   * server no longer accepts the access token. A listener that throws breaks nothing.
   */
  onUserChanged(listener: (user: Account | null) => unknown): UserChangedHandler
  /** Who uses the app, and what has led to it: a new object at each change. */
  readonly authState: AuthState<Account>
  /**
   * Calls the listener with the present state at once, then at each change: of what
   * `onUserChanged` tells, once the remembered log-in has been read, and when `currentUser` is
   * another object, as after `whoami`.
   */
  onAuthState(listener: (state: AuthState<Account>) => unknown): UserChangedHandler

  /** Signs up with login ids such as `{ username, email }`; `data` goes into the user record. */
  signup(authData: LoginIds | null, password: string | null, data?: object | null): Promise<Account>
  signupWithUsername(username: string, password: string, data?: object): Promise<Account>
  signupWithEmail(email: string, password: string, data?: object): Promise<Account>
  /** Makes a user without login ids or password, who is lost with the access token. */
  signupAnonymously(): Promise<Account>
  /**
   * Gives the anonymous user login ids such as `{ username }`, and a password. It stays the same
   * user, with the same id and records, and stays logged in; rejects with PermissionDenied when the
   * user is not anonymous.
   */
  upgradeAnonymous(authData: LoginIds, password: string): Promise<Account>

  login(authData: LoginIds, password: string): Promise<Account>
  loginWithUsername(username: string, password: string): Promise<Account>
  loginWithEmail(email: string, password: string): Promise<Account>
  loginWithProvider(provider: string, authData: { [key: string]: unknown }): Promise<Account>
  /** Logs in with a token that a server of the app's own has signed. */
  loginWithCustomToken(token: string): Promise<Account>
  /** Ends the session here in any case; rejects when the server could not be told. */
  logout(): Promise<null>
  /** Ends every session of the user, this one here in any case. */
  logoutEverywhere(): Promise<null>
  /** The sessions of the user on all devices, newest first. */
  sessions(): Promise<SessionDescription[]>
  /** Ends the session with this id, which `sessions` gives. */
  revokeSession(id: string): Promise<void>
  /** Ends every session of the user but this one. */
  revokeOtherSessions(): Promise<void>

  /** Asks the server for the logged-in user, who becomes `currentUser`. */
  whoami(): Promise<Account>
  /** With `invalidate`, every access token of the user but the one of this client ends. */
  changePassword(oldPassword: string, newPassword: string, invalidate?: boolean): Promise<Account>
  /** Has a link sent by which the password can be set anew, if somebody has the address. */
  forgotPassword(email: string): Promise<{ status: 'OK' }>
  /** Sets the password with what the link of `forgotPassword` holds; all sessions end. */
  resetPassword(
    userId: string,
    code: string,
    expireAt: number | string,
    newPassword: string,
  ): Promise<{ status: 'OK' }>
  /** Has a code sent to the address in a field of the current user, such as `email`. */
  requestVerification(recordKey: string): Promise<void>
  /** Takes the code of `requestVerification`, and brings `currentUser` up to date. */
  verifyUserWithCode(code: string): Promise<Account>
}

/** What identifies a user at sign-up and log-in, such as `{ username }` or `{ email }`. */
export interface LoginIds {
  [name: string]: string | null | undefined
}

/** A log-in on some device, as its user sees it. */
export interface SessionDescription {
  id: string
  /** True for the session of this client. */
  current: boolean
  createdAt: Date
  /** At most a minute behind. */
  lastSeenAt: Date
  /** What logged in, such as `Chrome on Windows`, if it is known. */
  client?: string
  /** IP address that the log-in came from, if it is known. */
  address?: string
}

/** The `auth` part of a client. */
export function createAuth<Account extends SessionUser>(
  connection: Connection<Account>,
): Sessions<Account> {
  const { session, read, call, request } = connection

  async function enter(start: (since: Moment) => Promise<unknown>): Promise<Account> {
    const since = await session.begin()
    const credentials = readCredentials(await start(since))
    await session.open(since, credentials)
    return credentials.user
  }

  /** Ends the session here first: a network that fails keeps nobody in. */
  async function leave(end: (since: Moment) => Promise<unknown>): Promise<null> {
    const since = await session.begin()
    await session.close(since)
    try {
      await end(since)
    } catch (error) {
      // A token that the server does not know is as good as logged out.
      if ((error as SkygearError).code !== ErrorCodes.AccessTokenNotAccepted) throw error
    }
    return null
  }

  /** For calls that may end the tokens before the one that they answer. */
  async function goOn(start: (since: Moment) => Promise<Credentials<Account>>): Promise<Account> {
    const since = await session.begin()
    const answer = start(since)
    await session.rotate(since, answer)
    return (await answer).user
  }

  function readCredentials(result: unknown): Credentials<Account> {
    const { profile, access_token: token } = Object(result)
    const user = read.user(profile ?? result)
    if (!user || typeof token !== 'string' || !token) throw unexpectedAnswer({ status: 200 })
    return { user, token }
  }

  const auth: Sessions<Account> = {
    get currentUser() {
      return session.user
    },
    get accessToken() {
      return session.token
    },
    onUserChanged: session.onUserChanged,
    get authState() {
      return session.state
    },
    onAuthState: session.onAuthState,

    async signup(authData, password, data = {}) {
      // Sent without any login id, this would sign up an anonymous user.
      if (authData && !Object.values(authData).some((loginId) => loginId != null)) {
        throw invalidArgument('Signing up takes a login id.')
      }
      const profile = toWire(data) as { [key: string]: unknown } | null
      return enter((since) =>
        call('auth:signup', { auth_data: authData, password, profile }, since),
      )
    },
    signupWithUsername: (username, password, data) => auth.signup({ username }, password, data),
    signupWithEmail: (email, password, data) => auth.signup({ email }, password, data),
    signupAnonymously: () => auth.signup(null, null, null),

    login: (authData, password) =>
      enter((since) => call('auth:login', { auth_data: authData, password }, since)),
    loginWithUsername: (username, password) => auth.login({ username }, password),
    loginWithEmail: (email, password) => auth.login({ email }, password),
    loginWithProvider: (provider, authData) =>
      enter(async (since) => {
        // Not every server knows providers, and `Actions` therefore does not list their data.
        const input = { provider, provider_auth_data: authData }
        return (await request('auth:login', input, since)).result
      }),
    loginWithCustomToken: (token) =>
      enter((since) => call('sso:custom_token:login', { token }, since)),

    logout: () => leave((since) => call('auth:logout', {}, since)),
    logoutEverywhere: () => leave((since) => call('auth:sessions:revoke', { all: true }, since)),
    async sessions() {
      const { sessions } = await call('auth:sessions', {})
      return sessions.map(({ created_at: createdAt, last_seen_at: lastSeenAt, ...rest }) => ({
        ...rest,
        createdAt: new Date(createdAt),
        lastSeenAt: new Date(lastSeenAt),
      }))
    },
    async revokeSession(id) {
      await call('auth:sessions:revoke', { id })
    },
    async revokeOtherSessions() {
      await goOn(async (since) => {
        const { access_token: token } = await call('auth:sessions:revoke', { others: true }, since)
        return { user: session.user as Account, token: token ?? '' }
      })
    },

    async whoami() {
      const since = await session.begin()
      const credentials = readCredentials(await call('me', {}, since))
      await session.refresh(since, credentials)
      return credentials.user
    },

    changePassword(oldPassword, newPassword, invalidate = false) {
      const input = { old_password: oldPassword, password: newPassword, invalidate }
      return goOn((since) => call('auth:password', input, since).then(readCredentials))
    },
    upgradeAnonymous(authData, password) {
      const input = { auth_data: authData, password }
      return goOn((since) => call('auth:anonymous:upgrade', input, since).then(readCredentials))
    },

    forgotPassword: (email) => call('user:forgot-password', { args: { email } }),
    resetPassword(userId, code, expireAt, newPassword) {
      const args = { user_id: userId, code, expire_at: expireAt, new_password: newPassword }
      return call('user:reset-password', { args })
    },
    async requestVerification(recordKey) {
      await call('user:verify_request', { args: { record_key: recordKey } })
    },
    async verifyUserWithCode(code) {
      await call('user:verify_code', { args: { code } })
      return auth.whoami()
    },
  }
  session.onAuthState(({ status }) => {
    // A token was found without its user: the server knows whose it is.
    if (status === 'restoring' && session.token) void auth.whoami().catch(() => {})
  })
  return auth
}
