import { createClient } from 'skygear'

/** What the app keeps in the record of a user. */
interface Profile {
  nickname?: string
}

export const client = createClient<Profile>()

/** A thing to do, in either database. */
export const Note = client.Record.extend<{ text: string; done: boolean }>('note')
