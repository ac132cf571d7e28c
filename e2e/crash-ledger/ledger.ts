/** All that the server is to keep of a user. */
export interface UserState {
  username: string
  email: string
  motto: string
  password: string
  /** The number in each private record, by the record's key. */
  notes: Record<string, number>
  /** Tokens that must work. */
  liveTokens: string[]
  /** Tokens that must not. */
  deadTokens: string[]
}

/** A user as one client knows it. */
export interface LedgerUser {
  /** Undefined until an answer told it. */
  id: string | undefined
  /** As the server has acknowledged it; undefined while the sign-up is not. */
  kept: UserState | undefined
  /** As it is if the last change was done, of which no answer told. */
  doubtful: UserState | undefined
  /** Whether anything happened to it since it was last compared with the server. */
  isTouched: boolean
}

/** Something that must not be. */
export interface Fault {
  what: string
  /** Of the user's names. */
  username?: string
  detail?: unknown
  /** Lines of the server's log. */
  log?: string[]
}

/** What clients were told, and what they were not. */
export class Ledger {
  readonly users: LedgerUser[] = []
  readonly faults: Fault[] = []
  /** Names that users had, or may have had, since names were last compared with the server. */
  readonly touchedNames = new Set<string>()
  acknowledged = 0
  refused = 0
  /** Changes in doubt that were found done, and found not done. */
  foundDone = 0
  foundUndone = 0

  fault(what: string, username?: string, detail?: unknown): void {
    this.faults.push({
      what,
      ...(username && { username }),
      ...(detail !== undefined && { detail }),
    })
  }

  touch(user: LedgerUser): void {
    user.isTouched = true
    for (const state of [user.kept, user.doubtful]) {
      if (!state) continue
      this.touchedNames.add(state.username)
      this.touchedNames.add(state.email)
    }
  }
}
