import { useState } from 'react'
import { useAuth } from 'skygear/react'
import { Account } from './account.tsx'
import type { client } from './client.ts'
import { Entrance } from './entrance.tsx'
import { Notes } from './notes.tsx'
import { Problem, useTask } from './task.tsx'

const VIEWS = ['Private', 'Shared', 'Account'] as const

/** What is shown depends on one thing: whether somebody is signed in. */
export function App() {
  const { status, user } = useAuth<typeof client>()
  if (status === 'restoring') return <main aria-busy="true" />
  // The key starts everything afresh when somebody else signs in.
  return user ? <Home key={user._id} /> : <Entrance />
}

function Home() {
  const { user, auth } = useAuth<typeof client>()
  const [view, setView] = useState<(typeof VIEWS)[number]>('Private')
  const { problem, busy, start } = useTask()
  return (
    <main>
      <header>
        <h1>Hello, {user?.nickname || user?.username || user?.email || 'stranger'}</h1>
        <button type="button" className="quiet" disabled={busy} onClick={() => start(auth.logout)}>
          Log out
        </button>
      </header>
      <Problem>{problem}</Problem>
      <nav>
        {VIEWS.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={name === view ? 'page' : undefined}
            onClick={() => setView(name)}
          >
            {name}
          </button>
        ))}
      </nav>
      {view === 'Account' ? <Account /> : <Notes key={view} shared={view === 'Shared'} />}
    </main>
  )
}
