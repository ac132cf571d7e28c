import type { Logger } from 'pino'
import { type BackgroundWork, startBackgroundWork } from './background-work.ts'
import type { Storage } from './storage.ts'

const DAY_MS = 86_400_000

/** How long it is known why a session ended: users come back after weeks, not after years. */
const ENDED_SESSIONS_DAYS = 30

const EVERY_MS = 60_000

/** Rows that one statement deletes: others who write wait for it. */
const MOST_AT_ONCE = 500

/** Starts to forget, every minute, what has been kept for long enough. */
export function startRetention(
  storage: Storage,
  { auditDays }: { auditDays: number },
  log: Logger,
): BackgroundWork {
  async function forget(isStopped: () => boolean): Promise<void> {
    const now = Date.now()
    // Counters of names that nobody has would otherwise fill the disk.
    await storage.rateLimits.prune(now)
    const endedBefore = now - ENDED_SESSIONS_DAYS * DAY_MS
    await whileFull(() => storage.sessions.forgetEnded(endedBefore, MOST_AT_ONCE), isStopped)
    if (auditDays === 0) return
    const auditedBefore = now - auditDays * DAY_MS
    await whileFull(() => storage.audit.forget(auditedBefore, MOST_AT_ONCE), isStopped)
  }

  return startBackgroundWork({
    everyMs: EVERY_MS,
    round: forget,
    failure: 'what is too old could not be removed',
    log,
  })
}

async function whileFull(remove: () => Promise<number>, isStopped: () => boolean): Promise<void> {
  while ((await remove()) === MOST_AT_ONCE && !isStopped()) {
    // Until the last ones were fewer.
  }
}
