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

  async function logOutElsewhere() {
    await client.auth.revokeOtherSessions()
    await load()
  }

  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are logged in</h2>
      <ul>
        {sessions.map(({ id, current, client: software, lastSeenAt }) => (
          <li key={id}>
            <span>{nameDevice(software)}</span>
            <small>{current ? 'this device' : times.format(lastSeenAt)}</small>
          </li>
        ))}
      </ul>
      <Problem>{problem}</Problem>
      <button
        type="button"
        disabled={busy || sessions.length < 2}
        onClick={() => start(logOutElsewhere)}
      >
        Log out all other devices
      </button>
    </section>
  )
}

const times = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** The server names browsers, as `Chrome on Linux`. What it does not know names itself, at length. */
function nameDevice(software = ''): string {
  return /^[a-z ]+$/i.test(software) ? software : 'Unknown device'
}
