import { createAsyncStorage } from './storage/async-storage.ts'
import type { KeyValueStorage } from './storage/key-value-storage.ts'
import { createLocalStorage } from './storage/local-storage.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'

// The original SDK's keys and values, so that changing to this one logs nobody out.
const TOKEN_KEY = 'skygear-accesstoken'
const USER_KEY = 'skygear-user'

/** What the server gave for this device to be known by at the next log-in. */
export const DEVICE_HEADER = 'X-Skygear-Device'
const DEVICE_KEY = 'skygear-device'

/** Where the SDK up to 1.7 has listed the keys under which it kept query results. */
const OLD_RESULTS_KEY = '_skygear_purgeable_keys_'

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

/**
 * The session of one client, kept in memory and remembered in a storage.
 *
 * Answers arrive in any order and other tabs use the same storage, so every change is checked
 * against the moment at which its call began, and against what is remembered.
 */
export interface SessionStore<Account extends SessionUser> {
  readonly user: Account | null
  readonly token: string | null
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
  expire(deadToken: string): Promise<void>
  onUserChanged(listener: (user: Account | null) => unknown): UserChangedHandler
  /** What to send with a log-in; it outlasts the session. */
  deviceHeader(): Promise<Record<string, string>>
  keepDevice(hint: string): Promise<void>
}

interface Remembered<Account extends SessionUser> {
  user: Account | null
  token: string | null
}

/** A session store in which nobody is logged in until `load` or `open` is called. */
export function createSessionStore<Account extends SessionUser>(
  readUser: ReadUser<Account>,
  initialStorage?: KeyValueStorage,
): SessionStore<Account> {
  const listeners = new Set<(user: Account | null) => unknown>()
  let storage = initialStorage && createAsyncStorage(initialStorage)
  let loaded: Promise<void> | undefined

  let user: Account | null = null
  let token: string | null = null
  let sessionId = 0

  let calls = 0
  // The calls that last began or ended a session, and that last told of its user.
  let lastEntry = 0
  let lastRefresh = 0
  let rotations = 0
  let suspectToken: string | undefined

  async function load(newStorage?: KeyValueStorage): Promise<void> {
    if (newStorage) storage = createAsyncStorage(newStorage)
    try {
      const items = readItems()
      void removeOldResults()
      if (!items.some(isPromise)) return adopt(parse(items))
      const sessionBefore = sessionId
      loaded = Promise.all(items)
        .then((found) => {
          if (sessionId === sessionBefore) adopt(parse(found))
        })
        .catch(warn)
      await loaded
    } catch (error) {
      warn(error)
    }
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

  async function begin(): Promise<Moment> {
    await loaded
    calls += 1
    return { order: calls, sessionId, token }
  }

  async function open(since: Moment, credentials: Credentials<Account>): Promise<void> {
    if (since.order < lastEntry) return
    lastEntry = since.order
    lastRefresh = since.order
    adopt(credentials)
    await write(() => [...forget(), ...remember(credentials)])
    notify(credentials.user)
  }

  async function refresh(since: Moment, credentials: Credentials<Account>): Promise<void> {
    await apply(since, credentials, token === since.token)
  }

  async function rotate(since: Moment, answer: Promise<Credentials<Account>>): Promise<void> {
    rotations += 1
    try {
      await apply(since, await answer, true)
    } finally {
      rotations -= 1
      if (suspectToken) await expire(suspectToken)
    }
  }

  async function apply(
    since: Moment,
    credentials: Credentials<Account>,
    tokenIsNewer: boolean,
  ): Promise<void> {
    if (since.sessionId !== sessionId) return
    if (tokenIsNewer) token = credentials.token
    if (since.order > lastRefresh) {
      lastRefresh = since.order
      user = credentials.user
    }
    const remembered = await recall()
    if (since.sessionId !== sessionId || !remembered.token) return
    if (!mayReplace(remembered, credentials.user)) return
    // Otherwise the current user has been heard of later, and may have been edited by the app.
    const isLatest = user === credentials.user
    await write(() => remember({ user: isLatest ? user : remembered.user, token }))
  }

  async function close(since: Moment): Promise<void> {
    if (since.order < lastEntry) return
    lastEntry = since.order
    const leaving = { user, token }
    adopt({ user: null, token: null })
    const closedSession = sessionId
    const remembered = await recall()
    if (closedSession === sessionId && mayReplace(remembered, leaving.user)) await write(forget)
    if (leaving.token) notify(null)
  }

  async function expire(deadToken: string): Promise<void> {
    // The answer under way may hold the token that has taken this one's place.
    if (rotations > 0) {
      suspectToken = deadToken
      return
    }
    suspectToken = undefined
    const remembered = await recall()
    if (deadToken !== token) return
    const previousId = user?._id
    if (remembered.token && remembered.token !== deadToken) {
      adopt(remembered)
      if (user?._id !== previousId) notify(user)
    } else {
      adopt({ user: null, token: null })
      await write(forget)
      notify(null)
    }
  }

  function adopt(next: Remembered<Account>): void {
    if (next.token !== token) sessionId += 1
    user = next.user
    token = next.token
  }

  function readItems(): unknown[] {
    storage ??= createDefaultStorage()
    return [storage.getItem(TOKEN_KEY), storage.getItem(USER_KEY)]
  }

  async function recall(): Promise<Remembered<Account>> {
    try {
      return parse(await Promise.all(readItems()))
    } catch (error) {
      warn(error)
      return { user: null, token: null }
    }
  }

  /** A user without a token is nobody; a token without a user can still find out whose it is. */
  function parse([token, user]: unknown[]): Remembered<Account> {
    if (typeof token !== 'string' || !token) return { user: null, token: null }
    return { user: parseUser(user), token }
  }

  function parseUser(json: unknown): Account | null {
    try {
      return readUser(JSON.parse(String(json)))
    } catch {
      // Whatever has been written there is not a user.
      return null
    }
  }

  function forget(): unknown[] {
    return [storage?.removeItem(TOKEN_KEY), storage?.removeItem(USER_KEY)]
  }

  function remember(next: Remembered<Account>): unknown[] {
    return [
      storage?.setItem(USER_KEY, JSON.stringify(next.user)),
      storage?.setItem(TOKEN_KEY, String(next.token)),
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

  function notify(changedUser: Account | null): void {
    for (const listener of [...listeners]) {
      if (listeners.has(listener)) callSafely(() => listener(changedUser))
    }
  }

  async function deviceHeader(): Promise<Record<string, string>> {
    try {
      const hint = await storage?.getItem(DEVICE_KEY)
      return typeof hint === 'string' ? { [DEVICE_HEADER]: hint } : {}
    } catch (error) {
      warn(error)
      return {}
    }
  }

  return {
    get user() {
      return user
    },
    get token() {
      return token
    },
    load,
    begin,
    open,
    refresh,
    rotate,
    close,
    expire,
    deviceHeader,
    keepDevice: (hint) => write(() => [storage?.setItem(DEVICE_KEY, hint)]),
    onUserChanged(listener) {
      const registered = (changedUser: Account | null) => listener(changedUser)
      listeners.add(registered)
      return { cancel: () => void listeners.delete(registered) }
    },
  }
}

/** False for what another tab has remembered of another user. */
function mayReplace(remembered: Remembered<SessionUser>, user: SessionUser | null): boolean {
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

function warn(error: unknown): void {
  console.warn('skygear: the session could not be stored:', error)
}
