import { useRef } from 'react'
import { useAuth } from 'skygear/react'
import { type client, isAnonymous } from './client.ts'
import { Problem, useTask } from './task.tsx'

/** Logs out. Asks first when the user could not come back. */
export function LogOut() {
  const { auth, user } = useAuth<typeof client>()
  const question = useRef<HTMLDialogElement>(null)
  const { busy, problem, start } = useTask()

  const logOut = () => start(auth.logout)

  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={busy}
        onClick={() => (isAnonymous(user) ? question.current?.showModal() : logOut())}
      >
        Log out
      </button>
      <Problem>{problem}</Problem>
      <dialog ref={question} aria-labelledby="lose-notes" aria-describedby="lose-notes-why">
        <h2 id="lose-notes">Log out and lose your notes?</h2>
        <p id="lose-notes-why">
          You have no account, so there is no way back to them. You can make one under “Account”
          first.
        </p>
        <form method="dialog" className="row">
          <button type="submit">Stay logged in</button>
          <button type="button" className="danger" disabled={busy} onClick={logOut}>
            Log out anyway
          </button>
        </form>
      </dialog>
    </>
  )
}
