/** What an examination has found, good or bad. */
export interface Finding {
  about: 'settings' | 'keys' | 'database' | 'clock' | 'disk' | 'mail' | 'outbox'
  /** A `warning` may be meant; a `problem` is none that anybody would want. */
  status: 'ok' | 'warning' | 'problem'
  what: string
  /** What to do, of all that is not well. */
  remedy?: string
}

export function ok(about: Finding['about'], what: string): Finding {
  return { about, status: 'ok', what }
}

export function warning(about: Finding['about'], what: string, remedy: string): Finding {
  return { about, status: 'warning', what, remedy }
}

export function problem(about: Finding['about'], what: string, remedy: string): Finding {
  return { about, status: 'problem', what, remedy }
}
