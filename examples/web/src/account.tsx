import { useState } from 'react'
import { useAuth, useUser } from 'skygear/react'
import { ChangePassword } from './change-password.tsx'
import { client, isAnonymous } from './client.ts'
import { Field } from './field.tsx'
import { Sessions } from './sessions.tsx'
import { type Fields, Problem, useTask } from './task.tsx'

/** Who one is to the app, and where one is logged in. */
export function Account() {
  const user = useUser<typeof client>()
  const [passwordChanges, setPasswordChanges] = useState(0)
  return (
    <>
      {isAnonymous(user) && <Upgrade />}
      <Profile />
      {!isAnonymous(user) && (
        <ChangePassword onChanged={() => setPasswordChanges(passwordChanges + 1)} />
      )}
      <Sessions key={passwordChanges} />
    </>
  )
}

/** Makes an account of an anonymous user's, who keeps all notes. */
function Upgrade() {
  const { auth } = useAuth<typeof client>()
  const { busy, problem, submit } = useTask()

  const upgrade = ({ email, password = '' }: Fields) => auth.upgradeAnonymous({ email }, password)

  return (
    <section aria-labelledby="upgrade">
      <h2 id="upgrade">Keep your notes</h2>
      <p className="hint">Without an account they are lost when you log out.</p>
      <form onSubmit={submit(upgrade)}>
        <Field name="email" type="email" label="E-mail" autoComplete="username" required />
        <Field
          name="password"
          type="password"
          label="Password"
          autoComplete="new-password"
          required
        />
        <Problem>{problem}</Problem>
        <button type="submit" disabled={busy}>
          Make it an account
        </button>
      </form>
    </section>
  )
}

function Profile() {
  const user = useUser<typeof client>()
  const { busy, problem, submit } = useTask()

  async function save({ nickname = null }: { [name: string]: string | null }) {
    try {
      // A null takes the field away.
      await client.publicDB.save(Object.assign(user!, { nickname }))
    } finally {
      await client.auth.whoami()
    }
  }

  return (
    <section aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      {!isAnonymous(user) && <p className="hint">You log in as {user?.username ?? user?.email}.</p>}
      <form onSubmit={submit(save)}>
        <Field name="nickname" label="Nickname" defaultValue={user?.nickname ?? ''} />
        <Problem>{problem}</Problem>
        <button type="submit" disabled={busy}>
          Save
        </button>
      </form>
    </section>
  )
}
