import { useState } from 'react'
import { useAuth } from 'skygear/react'
import { Field } from './field.tsx'
import { type Fields, Problem, useTask } from './task.tsx'
import { LOG_IN_ERRORS, sayWhyLoggedOut } from './words.ts'

type Way = 'Log in' | 'Sign up' | 'Forgot password?'

/** The ways into the app. */
export function Entrance() {
  const { status, reason } = useAuth()
  const [way, setWay] = useState<Way>('Log in')
  const [email, setEmail] = useState('')

  const choice = (name: Way) => (
    <button
      type="button"
      className="quiet"
      aria-current={name === way ? 'page' : undefined}
      onClick={() => setWay(name)}
    >
      {name}
    </button>
  )

  // The keys take away what another way has led to. Only the address is kept.
  return (
    <main className="narrow">
      <h1>Notes</h1>
      <p>A list of your own, and one for everybody.</p>
      {status === 'signedOut' && way === 'Log in' && (
        <p role="status" className="notice">
          {sayWhyLoggedOut(reason)}
        </p>
      )}
      <nav>
        {choice('Log in')}
        {choice('Sign up')}
      </nav>
      {way === 'Forgot password?' ? (
        <ForgotPassword email={email} onEmail={setEmail} />
      ) : (
        <Door key={way} way={way} email={email} onEmail={setEmail} />
      )}
      <div className="choices">
        {choice('Forgot password?')}
        <TryIt key={way} />
      </div>
    </main>
  )
}

interface KnownEmail {
  email: string
  onEmail: (email: string) => void
}

function Door({ way, email, onEmail }: KnownEmail & { way: 'Log in' | 'Sign up' }) {
  const { auth } = useAuth()
  const isNew = way === 'Sign up'
  const { busy, problem, submit } = useTask(isNew ? undefined : LOG_IN_ERRORS)

  const enter = ({ password = '' }: Fields) =>
    isNew ? auth.signupWithEmail(email, password) : auth.loginWithEmail(email, password)

  return (
    <form className="card" aria-label={way} onSubmit={submit(enter)}>
      <EmailField email={email} onEmail={onEmail} />
      <Field
        name="password"
        type="password"
        label="Password"
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
      />
      <Problem>{problem}</Problem>
      <button type="submit" disabled={busy}>
        {way}
      </button>
    </form>
  )
}

function ForgotPassword({ email, onEmail }: KnownEmail) {
  const { auth } = useAuth()
  const [sentTo, setSentTo] = useState('')
  const { busy, problem, submit } = useTask()

  async function send() {
    setSentTo('')
    await auth.forgotPassword(email)
    setSentTo(email)
  }

  return (
    <form className="card" aria-label="Forgot password" onSubmit={submit(send)}>
      <p className="hint">We send you a link to set a new password.</p>
      <EmailField email={email} onEmail={onEmail} />
      <Problem>{problem}</Problem>
      {sentTo && (
        <p role="status">If {sentTo} has an account, a mail with the link is on its way.</p>
      )}
      <button type="submit" disabled={busy}>
        Send me a link
      </button>
    </form>
  )
}

function EmailField({ email, onEmail }: KnownEmail) {
  return (
    <Field
      type="email"
      label="E-mail"
      autoComplete="username"
      required
      value={email}
      onChange={(event) => onEmail(event.target.value)}
    />
  )
}

function TryIt() {
  const { auth } = useAuth()
  const { busy, problem, start } = useTask()
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={busy}
        onClick={() => start(auth.signupAnonymously)}
      >
        Just try it
      </button>
      <Problem>{problem}</Problem>
    </>
  )
}
