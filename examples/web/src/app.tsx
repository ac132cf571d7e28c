import { useState } from 'react'
import { useAuth, useUser } from 'skygear/react'
import { Account } from './account.tsx'
import type { client } from './client.ts'
import { Entrance } from './entrance.tsx'
import { LogOut } from './log-out.tsx'
import { Notes } from './notes.tsx'

const VIEWS = ['Private', 'Shared', 'Account'] as const

/** What is shown depends on one thing: whether somebody is logged in. */
export function App() {
  const { status, user } = useAuth<typeof client>()
  if (status === 'restoring') return <main aria-busy="true" />
  // The key starts everything afresh when somebody else logs in.
  return user ? <Home key={user._id} /> : <Entrance />
}

function Home() {
  const user = useUser<typeof client>()
  const [view, setView] = useState<(typeof VIEWS)[number]>('Private')
  return (
    <main>
      <header>
        <h1>Hello, {user?.nickname || user?.username || user?.email || 'stranger'}</h1>
        <LogOut />
      </header>
      <nav>
        {VIEWS.map((name) => (
          <button
            key={name}
            type="button"
            className="quiet"
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
