import type { Logger } from 'pino'
import { type BackgroundWork, startBackgroundWork } from '../storage/background-work.ts'
import type { AuditEvent, Storage } from '../storage/storage.ts'
import type { AuditSink } from './audit-sink.ts'
import { auditEventAsJson } from './audit-trail.ts'

const EVERY_MS = 1_000

const BATCH = 200

/** For one batch; longer than a sink may take, so that nobody else writes it meanwhile. */
const LEASE_MS = 60_000

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 300_000

/**
 * Starts to write what is in the trail to the sink. Each event is marked as written afterwards: a
 * process that is killed in between leaves events that are written twice, and none that is lost.
 */
export function startAuditWorker(storage: Storage, sink: AuditSink, log: Logger): BackgroundWork {
  let failures = 0
  let pausedUntil = 0

  async function writeSome(): Promise<boolean> {
    const now = Date.now()
    if (!(await storage.audit.isDue(now))) return false
    const events = await storage.audit.claim(now, now + LEASE_MS, BATCH)
    if (events.length === 0) return false
    const ids = events.map(({ id }) => id)
    try {
      await sink.write(events.map(lineOf).join(''))
    } catch (error) {
      await storage.audit.setDue(ids, now)
      pause(error)
      return false
    }
    failures = 0
    await storage.audit.setDue(ids, null)
    return true
  }

  function pause(error: unknown): void {
    const delay = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS)
    failures += 1
    pausedUntil = Date.now() + delay
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ reason, failures }, 'the audit trail could not be handed on; it is tried again')
  }

  return startBackgroundWork({
    everyMs: EVERY_MS,
    async round(isStopped) {
      while (!isStopped() && Date.now() >= pausedUntil && (await writeSome())) {
        // Until nothing is left.
      }
    },
    failure: 'the audit trail could not be worked on',
    log,
  })
}

function lineOf(event: AuditEvent): string {
  return `${JSON.stringify(auditEventAsJson(event))}\n`
}
