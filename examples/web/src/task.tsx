import { type ReactNode, type SubmitEvent, useCallback, useState } from 'react'
import { type ErrorWords, sayError } from './words.ts'

/** What a form's fields hold, by their names; those left empty are missing. */
export type Fields = { [name: string]: string }

/**
 * Runs what the user asked for: whether it is under way, and what went wrong with the last one, in
 * `words` that are the same object each time.
 */
export function useTask(words?: ErrorWords) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')

  const start = useCallback(
    (work: () => Promise<unknown>) => {
      setBusy(true)
      setProblem('')
      void work()
        .catch((error: unknown) => setProblem(sayError(error, words)))
        .finally(() => setBusy(false))
    },
    [words],
  )

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
