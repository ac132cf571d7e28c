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
  let sessions = new Map<string, number>()
  let users = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    if (sessions.size === 0 && users.size === 0) return
    const [seenSessions, seenUsers] = [sessions, users]
    sessions = new Map()
    users = new Map()
    try {
      await storage.transaction(async (stores) => {
        await stores.sessions.markSeen(seenSessions)
        await stores.accounts.markSeen(seenUsers)
      })
    } catch (error) {
      onError(error)
    }
  }

  function collect(times: Map<string, number>, key: string, now: number): void {
    times.set(key, now)
    timer ??= setTimeout(() => void flush(), COLLECT_MS).unref()
  }

  return {
    sessionSeen({ tokenHash, lastSeenAt }, now) {
      if (now - lastSeenAt >= WRITE_AFTER_MS) collect(sessions, tokenHash, now)
    },
    userSeen({ id, lastSeenAt }, now) {
      if (lastSeenAt === null || now - lastSeenAt >= WRITE_AFTER_MS) collect(users, id, now)
    },
    flush,
  }
}
