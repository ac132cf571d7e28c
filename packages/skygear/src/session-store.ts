import { createAsyncStorage } from './storage/async-storage.ts'
import type { KeyValueStorage } from './storage/key-value-storage.ts'
import { createLocalStorage } from './storage/local-storage.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'

// The original SDK's keys and values, so that changing to this one logs nobody out. A client with a
// name has it in the middle of them.
const KEYS_PREFIX = 'skygear-'
const TOKEN_KEY = 'accesstoken'
const USER_KEY = 'user'
const DEVICE_KEY = 'device'

/** Where the SDK up to 1.7 has listed the keys under which it kept query results. */
const OLD_RESULTS_KEY = '_skygear_purgeable_keys_'

/** How long another tab is given to write both of user and token. */
const WRITING_MS = 100

/** What a session has to know of its user. */
export interface SessionUser {
  readonly _id: string
}

/** Reads a user as the server describes it, or as this SDK or an older one has stored it. */
export type ReadUser<Account extends SessionUser> = (json: unknown) => Account | null

/** Who is logged in, and what proves it. */
export interface Credentials<Account extends SessionUser> {
  user: Account
  token: string
}

/** What holds when a call begins; its answer is judged by it when it comes. */
export interface Moment {
  /** Orders calls by their beginning. */
  readonly order: number
  readonly sessionId: number
  readonly token: string | null
}

/** A registered listener. */
export interface UserChangedHandler {
  /** Ends the registration. */
  cancel(): void
}

/** Whose doing it was: of this client, of another tab, or of the server, which ended the session. */
export type AuthSource = 'local' | 'otherTab' | 'server'

/** What has led to the state. */
interface AuthCause {
  /**
   * `restored` from the storage, `loggedIn`, which includes sign-ups, `updated` when more is known of
   * the same user, `loggedOut`, or the reason for which the server has ended the session, such as
   * `expired`. Null when it is not known, or nothing has happened yet.
   */
  readonly reason: string | null
  readonly source: AuthSource
}

/**
 * Who uses the app, as far as is known: `restoring` until what is remembered has been read, then
 * `signedIn`, or `anonymous`, which is `signedOut` when a session has ended before.
 */
export type AuthState<Account> =
  | (AuthCause & { readonly status: 'signedIn'; readonly user: Account })
  | (AuthCause & { readonly status: 'restoring' | 'anonymous' | 'signedOut'; readonly user: null })

/**
 * The session of one client, kept in memory and remembered in a storage.
 *
 * Answers arrive in any order and other tabs use the same storage, so every change is checked
 * against the moment at which its call began, and against what is remembered.
 */
export interface SessionStore<Account extends SessionUser> {
  readonly user: Account | null
  readonly token: string | null
  /** A new object at each change. */
  readonly state: AuthState<Account>
  /** Takes over what is remembered: before it returns, if the storage answers at once. */
  load(storage?: KeyValueStorage): Promise<void>
  /** The moment to pass with the answer of the call that begins now. */
  begin(): Promise<Moment>
  /** Begins the session of a user who signed up or logged in. */
  open(since: Moment, credentials: Credentials<Account>): Promise<void>
  /** Takes over what the server says about the session. */
  refresh(since: Moment, credentials: Credentials<Account>): Promise<void>
  /** Like `refresh`, for a call that may end the tokens before it. */
  rotate(since: Moment, answer: Promise<Credentials<Account>>): Promise<void>
  /** Ends the session as the user wishes. */
  close(since: Moment): Promise<void>
  /** Ends the session whose token the server has refused. */
  expire(deadToken: string, reason?: string | null): Promise<void>
  onUserChanged(listener: (user: Account | null) => unknown): UserChangedHandler
  /** What the server gave for this device to be known by at the next log-in; it outlasts sessions. */
  deviceHint(): Promise<string | null | undefined>
  keepDeviceHint(hint: string): Promise<void>
  onAuthState(listener: (state: AuthState<Account>) => unknown): UserChangedHandler
}

/** Where the log-in of a client is remembered. */
export interface SessionOptions {
  /** May be given to `config` instead. Unless given: `localStorage` in browsers, memory elsewhere. */
  storage?: KeyValueStorage
  /**
   * Sets the log-in apart from those of other clients in the same storage. Clients without a name,
   * or with the same one, share theirs.
   */
  name?: string
}

interface Remembered<Account extends SessionUser> {
  user: Account | null
  token: string | null
}

const NOBODY = { user: null, token: null }

/** A session store in which nobody is logged in until `load` or `open` is called. */
export function createSessionStore<Account extends SessionUser>(
  readUser: ReadUser<Account>,
  { storage: initialStorage, name }: SessionOptions = {},
): SessionStore<Account> {
  const listeners = new Set<(told: AuthState<Account>, comesOrGoes: boolean) => unknown>()
  const prefix = KEYS_PREFIX + (name ? `${name}-` : '')
  const tokenKey = prefix + TOKEN_KEY
  const userKey = prefix + USER_KEY
  const deviceKey = prefix + DEVICE_KEY
  let storage = initialStorage && createAsyncStorage(initialStorage)
  let loaded: Promise<void> | undefined
  let followsTabs = false
  let hasWarned = false

  let user: Account | null = null
  let token: string | null = null
  let sessionId = 0
  let state: AuthState<Account> = {
    status: 'restoring',
    user: null,
    reason: null,
    source: 'local',
  }

  let calls = 0
  // The calls that last began or ended a session, and that last told of its user.
  let lastEntry = 0
  let lastRefresh = 0
  let rotations = 0
  let suspect: Parameters<typeof expire> | undefined

  async function load(newStorage?: KeyValueStorage): Promise<void> {
    if (newStorage) storage = createAsyncStorage(newStorage)
    followTabs()
    try {
      const items = readItems()
      void removeOldResults()
      if (!items.some(isPromise)) return adopt(parse(items), 'restored')()
      const sessionBefore = sessionId
      loaded = Promise.all(items)
        .then((found) => {
          if (sessionId === sessionBefore) adopt(parse(found), 'restored')()
        })
        .catch(giveUp)
      await loaded
    } catch (error) {
      giveUp(error)
    }
  }

  function giveUp(error: unknown): void {
    warn(error)
    if (!token) adopt(NOBODY, 'restored')()
  }

  /** Nothing reads them any more, and what they hold would outlast the session. */
  async function removeOldResults(): Promise<void> {
    try {
      const keys: unknown = JSON.parse(String(await storage?.getItem(OLD_RESULTS_KEY)))
      if (!Array.isArray(keys)) return
      await Promise.all([...keys, OLD_RESULTS_KEY].map((key) => storage?.removeItem(String(key))))
    } catch (error) {
      warn(error)
    }
  }

  function followTabs(): void {
    if (followsTabs) return
    followsTabs = true
    // Not there outside of browsers. A page that comes back from the browser's cache has slept
    // through the events.
    const on = globalThis.addEventListener
    on?.('storage', ({ key }) => {
      if ([null, tokenKey, userKey].includes(key)) void follow()
    })
    on?.('pageshow', ({ persisted }) => {
      if (persisted) void follow()
    })
  }

  /** Takes over what another tab has remembered. */
  async function follow(isPatient = true): Promise<void> {
    // A storage that answers later is not the one that the tabs share.
    if (loaded) return
    const found = await recall()
    if (found.token && !found.user && isPatient) {
      setTimeout(() => void follow(false), WRITING_MS)
    } else if (found.token !== token || JSON.stringify(found.user) !== JSON.stringify(user)) {
      adoptFollowed(found)
    }
  }

  function adoptFollowed(found: Remembered<Account>): void {
    const isSame = user && user._id === found.user?._id
    adopt(found, isSame ? 'updated' : found.token && 'loggedIn', 'otherTab')()
  }

  async function begin(): Promise<Moment> {
    await loaded
    calls += 1
    return { order: calls, sessionId, token }
  }

  async function open(since: Moment, credentials: Credentials<Account>): Promise<void> {
    if (since.order < lastEntry) return
    lastEntry = since.order
    lastRefresh = since.order
    const tell = adopt(credentials, 'loggedIn')
    await write(() => [...forget(), ...remember(credentials)])
    tell()
  }

  async function refresh(since: Moment, credentials: Credentials<Account>): Promise<void> {
    await apply(since, credentials, token === since.token)
  }

  async function rotate(since: Moment, answer: Promise<Credentials<Account>>): Promise<void> {
    rotations += 1
    try {
      const credentials = await answer
      await apply(since, credentials, credentials.token !== since.token)
    } finally {
      rotations -= 1
      if (suspect) await expire(...suspect)
    }
  }

  async function apply(
    since: Moment,
    credentials: Credentials<Account>,
    tokenIsNewer: boolean,
  ): Promise<void> {
    if (since.sessionId !== sessionId) return
    const userIsNewer = since.order > lastRefresh
    if (userIsNewer) lastRefresh = since.order
    const tell = adopt(
      {
        user: userIsNewer ? credentials.user : user,
        token: tokenIsNewer ? credentials.token : token,
      },
      'updated',
    )
    const remembered = await recall()
    if (since.sessionId === sessionId && remembered.token && mayReplace(remembered, credentials)) {
      // Otherwise the current user has been heard of later, and may have been edited by the app.
      const isLatest = user === credentials.user
      await write(() => remember({ user: isLatest ? user : remembered.user, token }, remembered))
    }
    tell()
  }

  async function close(since: Moment): Promise<void> {
    if (since.order < lastEntry) return
    lastEntry = since.order
    const leaving = { user }
    const tell = adopt(NOBODY, 'loggedOut')
    const closedSession = sessionId
    const remembered = await recall()
    if (closedSession === sessionId && mayReplace(remembered, leaving)) await write(forget)
    tell()
  }

  async function expire(deadToken: string, reason: string | null = null): Promise<void> {
    // The answer under way may hold the token that has taken this one's place.
    if (rotations > 0) {
      suspect = [deadToken, reason]
      return
    }
    suspect = undefined
    const remembered = await recall()
    if (deadToken !== token) return
    if (remembered.token && remembered.token !== deadToken) return adoptFollowed(remembered)
    const tell = adopt(NOBODY, reason, 'server')
    await write(forget)
    tell()
  }

  /** Makes this the session, and gives what tells the listeners. */
  function adopt(
    next: Remembered<Account>,
    reason: string | null,
    source: AuthSource = 'local',
  ): () => void {
    const leaves = token && !next.token
    const comesOrGoes = reason === 'loggedIn' || leaves || user?._id !== next.user?._id
    if (reason !== 'updated' && token !== next.token) sessionId += 1
    user = next.user
    token = next.token
    const left = leaves || state.status === 'signedOut' ? 'signedOut' : 'anonymous'
    const cause = { reason, source }
    state = user
      ? { status: 'signedIn', user, ...cause }
      : { status: token ? 'restoring' : left, user, ...cause }
    const told = state
    return () => {
      for (const listener of [...listeners]) {
        if (listeners.has(listener)) listener(told, reason !== 'restored' && !!comesOrGoes)
      }
    }
  }

  function readItems(): unknown[] {
    storage ??= createDefaultStorage()
    return [storage.getItem(tokenKey), storage.getItem(userKey)]
  }

  async function recall(): Promise<Remembered<Account>> {
    try {
      return parse(await Promise.all(readItems()))
    } catch (error) {
      warn(error)
      return NOBODY
    }
  }

  /** A user without a token is nobody; a token without a user can still find out whose it is. */
  function parse([token, user]: unknown[]): Remembered<Account> {
    if (typeof token !== 'string' || !token) return NOBODY
    return { user: parseUser(user, token), token }
  }

  /** Null, too, for the user of another token: two tabs have then written at the same time. */
  function parseUser(json: unknown, token: string): Account | null {
    try {
      const stored: unknown = JSON.parse(String(json))
      const { _session } = Object(stored)
      return _session && _session !== tagOf(token) ? null : readUser(stored)
    } catch {
      // Whatever has been written there is not a user.
      return null
    }
  }

  function forget(): unknown[] {
    return [storage?.removeItem(tokenKey), storage?.removeItem(userKey)]
  }

  /** A token that is there already is left alone: another tab may be about to end it. */
  function remember(next: Remembered<Account>, before?: Remembered<Account>): unknown[] {
    const token = String(next.token)
    const tag = JSON.stringify(tagOf(token))
    const json = JSON.stringify(next.user).replace(/}$/, () => `,"_session":${tag}}`)
    return [
      storage?.setItem(userKey, json),
      token !== before?.token && storage?.setItem(tokenKey, token),
    ]
  }

  /** A storage that fails does not fail the call: the session goes on in memory. */
  async function write(operations: () => unknown[]): Promise<void> {
    try {
      storage ??= createDefaultStorage()
      await Promise.all(operations())
    } catch (error) {
      warn(error)
    }
  }

  function warn(error: unknown): void {
    if (!hasWarned) console.warn('skygear: session not stored:', error)
    hasWarned = true
  }

  function listen(
    listener: (told: AuthState<Account>, comesOrGoes: boolean) => unknown,
  ): UserChangedHandler {
    const registered: typeof listener = (...told) => callSafely(() => listener(...told))
    listeners.add(registered)
    return { cancel: () => void listeners.delete(registered) }
  }

  async function deviceHint(): Promise<string | null | undefined> {
    try {
      return await storage?.getItem(deviceKey)
    } catch (error) {
      return void warn(error)
    }
  }

  return {
    get user() {
      return user
    },
    get token() {
      return token
    },
    get state() {
      return state
    },
    load,
    begin,
    open,
    refresh,
    rotate,
    close,
    expire,
    deviceHint,
    keepDeviceHint: (hint) => write(() => [storage?.setItem(deviceKey, hint)]),
    onUserChanged: (listener) => listen((told, comesOrGoes) => comesOrGoes && listener(told.user)),
    onAuthState(listener) {
      callSafely(() => listener(state))
      return listen((told) => listener(told))
    },
  }
}

/** What shows that a stored user belongs to a stored token; of no use without the rest of it. */
function tagOf(token: string): string {
  return token.slice(-8)
}

/** False for what another tab has remembered of another user. */
function mayReplace(
  remembered: Remembered<SessionUser>,
  { user }: { user: SessionUser | null },
): boolean {
  return !remembered.user || remembered.user._id === user?._id
}

function isPromise(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function createDefaultStorage(): KeyValueStorage {
  return typeof window === 'undefined' ? createMemoryStorage() : createLocalStorage()
}

/** Neither an exception nor a rejected promise of a listener is anybody else's business. */
function callSafely(listener: () => unknown): void {
  new Promise((resolve) => resolve(listener())).catch((error) => console.error(error))
}
