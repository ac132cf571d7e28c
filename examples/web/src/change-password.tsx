import { useState } from 'react'
import { useAuth } from 'skygear/react'
import type { client } from './client.ts'
import { Field } from './field.tsx'
import { type Fields, Problem, useTask } from './task.tsx'
import type { ErrorWords } from './words.ts'

const WORDS: ErrorWords = { InvalidCredentials: 'The current password is wrong.' }

/** `onChanged` is called when the other sessions may have ended. */
export function ChangePassword({ onChanged }: { onChanged: () => void }) {
  const { auth, user } = useAuth<typeof client>()
  const [isChanged, setIsChanged] = useState(false)
  const { busy, problem, submit } = useTask(WORDS)

  async function change({ old = '', password = '', elsewhere }: Fields, form: HTMLFormElement) {
    setIsChanged(false)
    await auth.changePassword(old, password, elsewhere !== undefined)
    setIsChanged(true)
    form.reset()
    onChanged()
  }

  return (
    <section aria-labelledby="change-password">
      <h2 id="change-password">Password</h2>
      <form onSubmit={submit(change)}>
        {/* Tells a password manager whose password it is. */}
        <input type="email" autoComplete="username" value={user?.email ?? ''} readOnly hidden />
        <Field
          name="old"
          type="password"
          label="Current password"
          autoComplete="current-password"
          required
        />
        <Field
          name="password"
          type="password"
          label="New password"
          autoComplete="new-password"
          required
        />
        <label className="row">
          <input name="elsewhere" type="checkbox" />
          Log out all other devices
        </label>
        <Problem>{problem}</Problem>
        {isChanged && <p role="status">Your password is changed.</p>}
        <button type="submit" disabled={busy}>
          Change password
        </button>
      </form>
    </section>
  )
}
