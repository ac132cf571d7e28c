import { type ReactNode, type SubmitEvent, useCallback, useState } from 'react'

/** What a form's fields hold, by their names; those left empty are missing. */
export type Fields = { [name: string]: string }

/** Runs what the user asked for: whether it is under way, and what went wrong with the last one. */
export function useTask() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  const start = useCallback((work: () => Promise<unknown>) => {
    setBusy(true)
    setProblem('')
    void work()
      .catch((error: Error) => setProblem(error.message))
      .finally(() => setBusy(false))
  }, [])

  /** Makes the `onSubmit` of a form. */
  const submit =
    (work: (fields: Fields, form: HTMLFormElement) => Promise<unknown>) =>
    (event: SubmitEvent<HTMLFormElement>) => {
      event.preventDefault()
      const form = event.currentTarget
      start(() => work(readFields(form), form))
    }

  return { busy, problem, start, submit }
}

function readFields(form: HTMLFormElement): Fields {
  const fields = [...new FormData(form)].filter(([, value]) => value !== '')
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]))
}

/** Says what went wrong, if anything did. */
export function Problem({ children }: { children: ReactNode }) {
  return children ? (
    <p role="alert" className="problem">
      {children}
    </p>
  ) : null
}
