import type { Logger } from 'pino'
import { type Storage, StorageUnavailable } from './storage.ts'

/** What forgets, behind the requests, what has been kept for long enough. */
export interface Retention {
  /** Resolves when what is under way has ended. */
  stop(): Promise<void>
}

const DAY_MS = 86_400_000

/** How long it is known why a session ended: users come back after weeks, not after years. */
const ENDED_SESSIONS_DAYS = 30

const EVERY_MS = 60_000

/** Rows that one statement deletes: others who write wait for it. */
const MOST_AT_ONCE = 500

/** Starts to forget, every minute, what is too old. */
export function startRetention(
  storage: Storage,
  { auditDays }: { auditDays: number },
  log: Logger,
): Retention {
  let isStopped = false
  let round = Promise.resolve()
  const timer = setInterval(() => {
    round = round.then(forget)
  }, EVERY_MS)
  timer.unref()

  async function forget(): Promise<void> {
    try {
      const now = Date.now()
      // Counters of names that nobody has would otherwise fill the disk.
      await storage.rateLimits.prune(now)
      const endedBefore = now - ENDED_SESSIONS_DAYS * DAY_MS
      await whileFull(() => storage.sessions.forgetEnded(endedBefore, MOST_AT_ONCE))
      if (auditDays === 0) return
      const auditedBefore = now - auditDays * DAY_MS
      await whileFull(() => storage.audit.forget(auditedBefore, MOST_AT_ONCE))
    } catch (error) {
      // A database that is away is told of by the requests that need it.
      if (error instanceof StorageUnavailable) return
      log.error({ error }, 'what is too old could not be removed')
    }
  }

  async function whileFull(remove: () => Promise<number>): Promise<void> {
    while ((await remove()) === MOST_AT_ONCE && !isStopped) {
      // Until the last ones were fewer.
    }
  }

  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      await round
    },
  }
}
