import type { Logger } from 'pino'
import type { Client } from '../actions/action.ts'

/** What a browser asks of a page. */
export interface PageRequest {
  query: URLSearchParams
  /** Empty unless the form of the page was sent. */
  form: URLSearchParams
  client: Client
  log: Logger
}

/** Which page is shown, with what in it; or where to go on. */
export type PageAnswer =
  | {
      status: number
      /** The name of a template. */
      page: string
      facts: Record<string, unknown>
      retryAfterSeconds?: number | undefined
      /** Why the page did not do what it was asked for, for the log. */
      reason?: string | undefined
    }
  | { goTo: string }

/** One page by its methods; nothing is changed by `get`, which mail scanners call too. */
export interface Page {
  path: string
  /** For browsers on this machine only; it may show mails in frames, with styles of their own. */
  isLocal?: true
  /** For those who ask for HTML; programs get something else at the same path. */
  isForPeople?: true
  get(request: PageRequest): Promise<PageAnswer>
  post?(request: PageRequest): Promise<PageAnswer>
}

/** A page that only shows something. */
export function stillPage(path: string, page: string): Page {
  return { path, get: async () => show(page) }
}

export function show(page: string, facts: Record<string, unknown> = {}, status = 200): PageAnswer {
  return { status, page, facts }
}
