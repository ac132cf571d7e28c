import { createElement, type ReactElement, StrictMode } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import skygear from '../../packages/skygear/src/index.ts'
import { SkygearProvider, useAuth, useUser } from '../../packages/skygear/src/react.ts'

/** What an app of the test shows: who is logged in, and buttons to change that. */
export function App(): ReactElement {
  return createElement(
    StrictMode,
    null,
    createElement(SkygearProvider, { client: skygear }, createElement(Greeting)),
  )
}

function Greeting(): ReactElement {
  const { status, auth, client } = useAuth()
  const user = useUser()
  const button = (id: string, onClick: () => unknown) =>
    createElement('button', { type: 'button', id, onClick })
  return createElement(
    'main',
    null,
    createElement('p', null, [status, user?.username ?? 'nobody'].join(' ')),
    button('login', () => auth.loginWithUsername('amy', 'correct horse')),
    button('logout', () => auth.logout()),
    button('rename', async () => {
      await client.publicDB.save(Object.assign(user!, { username: 'amelia' }))
      await auth.whoami()
    }),
  )
}

/** Draws the app in the page, or takes over the one that a server has drawn. */
export function start(configuration: { endPoint: string; apiKey: string }): void {
  const root = document.querySelector('#root')!
  void skygear.config(configuration)
  if (root.hasChildNodes()) hydrateRoot(root, createElement(App))
  else createRoot(root).render(createElement(App))
}
