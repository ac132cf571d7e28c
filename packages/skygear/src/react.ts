'use client'

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useMemo,
  useSyncExternalStore,
} from 'react'
import type { Sessions } from './auth.ts'
import type { Client } from './index.ts'
import type { AuthState, SessionUser } from './session-store.ts'

/** A client of `skygear` or of `skygear/auth`. */
export interface AnyClient {
  readonly auth: Sessions<SessionUser>
}

/** The user records of a client. */
export type UserOf<App extends AnyClient> = NonNullable<App['auth']['currentUser']>

/** What `useAuth` gives: the present state, the client's `auth` and the client. */
export type UsedAuth<App extends AnyClient> = AuthState<UserOf<App>> & {
  readonly auth: App['auth']
  readonly client: App
}

interface Provided {
  client: AnyClient
  subscribe(onChange: () => void): () => void
  getState(): AuthState<SessionUser>
}

/** What a server knows of the user, and a page until it has taken over what the server has drawn. */
const NOT_KNOWN_YET = { status: 'restoring', user: null, reason: null, source: 'local' } as const

const SkygearContext = /* @__PURE__ */ createContext<Provided | null>(null)

/** Gives the components in it a client, which `config` has been called on or will be. */
export function SkygearProvider(props: { client: AnyClient; children?: ReactNode }): ReactElement {
  const { client, children } = props
  const value = useMemo<Provided>(
    () => ({
      client,
      subscribe(onChange) {
        const handler = client.auth.onAuthState(onChange)
        return () => handler.cancel()
      },
      getState: () => client.auth.authState,
    }),
    [client],
  )
  return createElement(SkygearContext.Provider, { value }, children)
}

/**
 * The state of who uses the app, with `auth` to change it; draws the component anew at each change.
 * `useAuth<typeof client>()` gives a client's own types.
 *
 * While rendering on a server, and in the first rendering that takes over from it, the status is
 * `restoring`.
 *
 * @throws outside of a SkygearProvider
 */
export function useAuth<App extends AnyClient = Client>(): UsedAuth<App> {
  const provided = useContext(SkygearContext)
  if (!provided) throw new Error('useAuth and useUser need a <SkygearProvider> around them.')
  const { client, subscribe, getState } = provided
  const state = useSyncExternalStore<AuthState<SessionUser>>(
    subscribe,
    getState,
    () => NOT_KNOWN_YET,
  )
  // Of which kind the provided client is, the app has said by `App`.
  return { ...state, auth: client.auth, client } as UsedAuth<App>
}

/**
 * The user who is logged in, or null: `currentUser`, drawn anew at each change.
 *
 * @throws outside of a SkygearProvider
 */
export function useUser<App extends AnyClient = Client>(): UserOf<App> | null {
  return useAuth<App>().user
}
