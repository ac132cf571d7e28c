import { useCallback, useEffect, useState } from 'react'
import { useUser } from 'skygear/react'
import { client, Note } from './client.ts'
import { type Fields, Problem, useTask } from './task.tsx'
import type { ErrorWords } from './words.ts'

const WORDS: ErrorWords = {
  ResourceNotFound: 'This note is not there any more.',
  PermissionDenied: 'Only who wrote a note can change it.',
}

type Notes = Array<InstanceType<typeof Note>>

/** Things to do. Shared ones can be read by everybody, and changed by who wrote them. */
export function Notes({ shared }: { shared: boolean }) {
  const user = useUser<typeof client>()
  const [notes, setNotes] = useState<Notes>()
  const { busy, problem, start, submit } = useTask(WORDS)
  const database = shared ? client.publicDB : client.privateDB

  const load = useCallback(async () => {
    setNotes([...(await database.query(new client.Query(Note).addDescending('_created_at')))])
  }, [database])

  useEffect(() => start(load), [start, load])

  async function add({ text = '' }: Fields, form: HTMLFormElement) {
    const note = new Note({ text, done: false })
    if (shared) note.setPublicReadOnly()
    await database.save(note)
    form.reset()
    await load()
  }

  async function change(work: Promise<unknown>) {
    try {
      await work
    } finally {
      // Also shows what was refused as it was.
      await load()
    }
  }

  return (
    <section aria-label={shared ? 'Shared notes' : 'Private notes'}>
      <form className="row" onSubmit={submit(add)}>
        <input name="text" aria-label="What is to be done?" placeholder="Buy milk…" required />
        <button type="submit" disabled={busy}>
          Add
        </button>
      </form>
      <Problem>{problem}</Problem>
      {notes?.length === 0 && <p className="hint">Nothing to do.</p>}
      <ul>
        {notes?.map((note) => {
          const isOwn = note.ownerID === user?._id
          return (
            <li key={note._id}>
              <label className="row">
                <input
                  type="checkbox"
                  checked={note.done}
                  disabled={busy || !isOwn}
                  onChange={() =>
                    start(() => change(database.save(Object.assign(note, { done: !note.done }))))
                  }
                />
                {note.done ? <s>{note.text}</s> : <span>{note.text}</span>}
              </label>
              {isOwn ? (
                <button
                  type="button"
                  className="quiet"
                  aria-label={`Delete ${note.text}`}
                  disabled={busy}
                  onClick={() => start(() => change(database.delete(note)))}
                >
                  ✕
                </button>
              ) : (
                <small>somebody else's</small>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
