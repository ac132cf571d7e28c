import { createClient } from 'skygear'

/** What the app keeps in the record of a user. */
interface Profile {
  nickname?: string
}

export const client = createClient<Profile>()

/** Whether the user has nothing to log in with, and is lost after a log-out. */
export function isAnonymous(user: typeof client.auth.currentUser): boolean {
  return !user?.username && !user?.email
}

/** A thing to do, in either database. */
export const Note = client.Record.extend<{ text: string; done: boolean }>('note')
