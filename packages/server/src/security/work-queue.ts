import { ApiError } from '../errors.ts'

/** Runs costly work, a few at a time and the rest in turn. */
export interface WorkQueue {
  /** Throws ResponseTimeout (503 with Retry-After) at once when too much is waiting. */
  run<T>(work: () => Promise<T>): Promise<T>
  waiting(): number
}

/** `atOnce` tasks run; up to `mostWaiting` more wait. */
export function createWorkQueue(atOnce: number, mostWaiting: number): WorkQueue {
  let running = 0
  const queue: (() => void)[] = []

  return {
    async run(work) {
      if (running < atOnce) running += 1
      else await waitForTurn(queue, mostWaiting)
      try {
        return await work()
      } finally {
        // The place goes straight to the next in line, so that nobody can slip in between.
        const next = queue.shift()
        if (next) next()
        else running -= 1
      }
    },
    waiting: () => queue.length,
  }
}

function waitForTurn(queue: (() => void)[], mostWaiting: number): Promise<void> {
  if (queue.length >= mostWaiting) {
    throw new ApiError('ResponseTimeout', 'The server is busy; try again in a moment.', {
      retryAfterSeconds: 1,
    })
  }
  return new Promise((resolve) => queue.push(resolve))
}
