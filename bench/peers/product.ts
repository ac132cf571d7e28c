import type { Tables } from '../harness/tables.ts'
import type { Call } from '../harness/wrk.ts'

/** A server of somebody's, ours too: how it is called and how it is filled. */
export interface Product {
  /** Each gives the call that a client of the product makes, to the server at `url`. */
  signUp(url: string, email: string): Call
  logIn(url: string, email: string): Call
  /** Who am I? Asks the database for session and user, as the product does without settings. */
  check(url: string, session: Session): Call
  /** Changes a field of the profile. */
  update(url: string, session: Session, text: string): Call
  logOut(url: string, session: Session): Call
  /** Gives what to go on with from the answer to a sign-up. */
  sessionOf(answer: Answer, email: string): Session
  /** Writes users like this one, each with a session, past the server. */
  copyUser(tables: Tables, original: Session, count: number): Promise<Session[]>
  /** Opens further sessions of these users past the server. */
  openSessions(tables: Tables, sessions: Session[], count: number): Promise<Session[]>
}

export interface Session {
  email: string
  userId: string
  /** As the client sends it. */
  token: string
}

export interface Answer {
  headers: Headers
  body: unknown
}

/** Rejects when the answer is not a success. */
export async function perform({ method, url, headers, body }: Call): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
  return { headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

/** The nth of the users that are copies of one. */
export function copiedEmail(n: number): string {
  return `copy-${n}@example.com`
}
