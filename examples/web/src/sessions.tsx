import { useCallback, useEffect, useState } from 'react'
import type { SessionDescription } from 'skygear'
import { client } from './client.ts'
import { Problem, useTask } from './task.tsx'

/** Where the user is logged in, and a way to end that. */
export function Sessions() {
  const [sessions, setSessions] = useState<SessionDescription[]>([])
  const { busy, problem, start } = useTask()

  const load = useCallback(async () => setSessions(await client.auth.sessions()), [])

  useEffect(() => start(load), [start, load])

  async function signOutElsewhere() {
    await client.auth.revokeOtherSessions()
    await load()
  }

  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are logged in</h2>
      <ul>
        {sessions.map(({ id, current, client: device, lastSeenAt }) => (
          <li key={id}>
            <span>{device ?? 'Some device'}</span>
            <small>{current ? 'this one' : lastSeenAt.toLocaleString()}</small>
          </li>
        ))}
      </ul>
      <Problem>{problem}</Problem>
      <button
        type="button"
        disabled={busy || sessions.length < 2}
        onClick={() => start(signOutElsewhere)}
      >
        Sign out elsewhere
      </button>
    </section>
  )
}
