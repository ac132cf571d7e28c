import { useState } from 'react'
import { useAuth } from 'skygear/react'
import { Field } from './field.tsx'
import { type Fields, Problem, useTask } from './task.tsx'

type Way = 'log in' | 'sign up' | 'forgot password'

/** The ways into the app. */
export function Entrance() {
  const { auth, status } = useAuth()
  const [way, setWay] = useState<Way>('log in')
  const [sentTo, setSentTo] = useState('')
  const { busy, problem, start, submit } = useTask()

  async function enter({ email = '', password = '' }: Fields) {
    if (way === 'log in') return auth.loginWithEmail(email, password)
    if (way === 'sign up') return auth.signupWithEmail(email, password)
    await auth.forgotPassword(email)
    setSentTo(email)
  }

  function choose(next: Way) {
    setWay(next)
    setSentTo('')
  }

  const choice = (next: Way, label: string) => (
    <button type="button" className="quiet" onClick={() => choose(next)}>
      {label}
    </button>
  )

  return (
    <main className="narrow">
      <h1>Notes</h1>
      <p>
        A list of your own, and one for everybody. {status === 'signedOut' && 'You are signed out.'}
      </p>
      <form className="card" onSubmit={submit(enter)}>
        <Field name="email" type="email" label="E-mail" autoComplete="email" required />
        {way !== 'forgot password' && (
          <Field
            name="password"
            type="password"
            label="Password"
            autoComplete={way === 'log in' ? 'current-password' : 'new-password'}
            required
          />
        )}
        <Problem>{problem}</Problem>
        {sentTo && (
          <p role="status">
            If {sentTo} has an account, a link to set a new password is on its way.
          </p>
        )}
        <button type="submit" disabled={busy}>
          {{ 'log in': 'Log in', 'sign up': 'Sign up', 'forgot password': 'Send me a link' }[way]}
        </button>
      </form>
      <div className="choices">
        {way === 'log in' ? choice('sign up', 'New here?') : choice('log in', 'Back to log-in')}
        {way === 'log in' && choice('forgot password', 'Forgot password?')}
        <button
          type="button"
          className="quiet"
          disabled={busy}
          onClick={() => start(auth.signupAnonymously)}
        >
          Just try it
        </button>
      </div>
    </main>
  )
}
