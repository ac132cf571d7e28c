import type { Session, Storage } from '../storage/storage.ts'
import type { Account } from '../users/user.ts'

/** A time is written when what is stored is older than this, so that reading stays reading. */
const WRITE_AFTER_MS = 60_000

/** How long times are collected, to be written in one transaction. */
const COLLECT_MS = 1_000

/**
 * Notes when sessions and users were last seen, off the path of the request. A crash loses a
 * second of it.
 */
export interface Activity {
  sessionSeen(session: Session, now: number): void
  userSeen(account: Account, now: number): void
  /** Writes what was collected; when it cannot, these times are lost, and `onError` is told. */
  flush(): Promise<void>
}

export function createActivity(storage: Storage, onError: (error: unknown) => void): Activity {
  let sessions = new Set<string>()
  let users = new Set<string>()
  let lastSeenAt = 0
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (sessions.size === 0 && users.size === 0) return
    const [seenSessions, seenUsers, time] = [[...sessions], [...users], lastSeenAt]
    sessions = new Set()
    users = new Set()
    try {
      await storage.transaction(async (stores) => {
        await stores.sessions.markSeen(seenSessions, time)
        await stores.accounts.markSeen(seenUsers, time)
      })
    } catch (error) {
      onError(error)
    }
  }

  // One time for all of them, at most a second too late, so that they can be written together.
  function collect(seen: Set<string>, key: string, now: number): void {
    seen.add(key)
    lastSeenAt = Math.max(lastSeenAt, now)
    timer ??= setTimeout(() => void flush(), COLLECT_MS).unref()
  }

  return {
    sessionSeen({ tokenHash, lastSeenAt: known }, now) {
      if (now - known >= WRITE_AFTER_MS) collect(sessions, tokenHash, now)
    },
    userSeen({ id, lastSeenAt: known }, now) {
      if (known === null || now - known >= WRITE_AFTER_MS) collect(users, id, now)
    },
    flush,
  }
}
