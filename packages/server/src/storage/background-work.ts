import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { StorageUnavailable } from './storage.ts'

/** Work that goes on behind the requests. */
export interface BackgroundWork {
  /** Resolves when the round under way has ended, or after `stopWithinMs`. */
  stop(): Promise<void>
}

interface WorkParts {
  everyMs: number
  /** One round; a long one ends early once `isStopped` says so. */
  round(isStopped: () => boolean): Promise<void>
  /** What the log says of a round that failed. */
  failure: string
  /** How long the end of a round is waited for; without it, however long that takes. */
  stopWithinMs?: number
  log: Logger
}

/** Starts to do rounds, one after the other. A round that fails is logged, and the next is done. */
export function startBackgroundWork({
  everyMs,
  round,
  failure,
  stopWithinMs,
  log,
}: WorkParts): BackgroundWork {
  let hasStopped = false
  let last = Promise.resolve()
  const timer = setInterval(() => {
    last = last.then(doRound)
  }, everyMs)

  async function doRound(): Promise<void> {
    try {
      await round(() => hasStopped)
    } catch (error) {
      // A database that is away is told of by the requests that need it.
      if (error instanceof StorageUnavailable) return
      log.error({ error }, failure)
    }
  }

  return {
    async stop() {
      hasStopped = true
      clearInterval(timer)
      const patience =
        stopWithinMs === undefined ? [] : [sleep(stopWithinMs, undefined, { ref: false })]
      await Promise.race([last, ...patience])
    },
  }
}
