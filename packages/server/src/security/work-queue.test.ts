import { setImmediate as tick } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWorkQueue } from './work-queue.ts'

describe('a work queue', () => {
  it('gives what the work gives', async () => {
    const queue = createWorkQueue(1, 0)

    expect(await queue.run(async () => 'done')).toBe('done')
  })

  it('runs as much at once as it may, and no more', async () => {
    const queue = createWorkQueue(2, 10)
    const work = manualWork()

    const all = [1, 2, 3].map((name) => queue.run(work.start(name)))
    await tick()

    expect(work.started).toEqual([1, 2])
    work.finishAll()
    await Promise.all(all)
  })

  it('runs what waits in the order in which it came', async () => {
    const queue = createWorkQueue(1, 10)
    const started: number[] = []

    await Promise.all([1, 2, 3, 4].map((name) => queue.run(async () => void started.push(name))))

    expect(started).toEqual([1, 2, 3, 4])
  })

  it('lets nobody overtake who comes at the moment in which a place becomes free', async () => {
    const queue = createWorkQueue(1, 10)
    const started: string[] = []
    const late = queue
      .run(async () => void started.push('first'))
      .then(() => queue.run(async () => void started.push('late')))

    await queue.run(async () => void started.push('waiting'))
    await late

    expect(started).toEqual(['first', 'waiting', 'late'])
  })

  it('R-30: refuses at once what would wait behind too much', async () => {
    const queue = createWorkQueue(1, 1)
    const work = manualWork()
    const running = queue.run(work.start(1))
    const waiting = queue.run(work.start(2))

    const attempt = queue.run(work.start(3))

    await expect(attempt).rejects.toMatchObject({
      name: 'ResponseTimeout',
      code: 122,
      status: 503,
      retryAfterSeconds: 1,
    })
    work.finishAll()
    await Promise.all([running, waiting])
    expect(work.started).toEqual([1, 2])
  })

  it('hands the error of the work on', async () => {
    const queue = createWorkQueue(1, 0)

    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })

  it('has its place again after work that fails', async () => {
    const queue = createWorkQueue(1, 0)
    await queue.run(() => Promise.reject(new Error('broken'))).catch(() => {})

    expect(await queue.run(async () => 'done')).toBe('done')
  })

  it('has its place again after work that throws before it begins', async () => {
    const queue = createWorkQueue(1, 0)
    const throwing = () => {
      throw new Error('broken')
    }
    await queue.run(throwing).catch(() => {})

    expect(await queue.run(async () => 'done')).toBe('done')
  })

  it('never runs too much, loses no place and forgets no work, whatever comes', async () => {
    const jobs = fc.array(fc.record({ delay: fc.nat(3), fails: fc.boolean() }), { maxLength: 30 })

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), jobs, async (atOnce, list) => {
        const queue = createWorkQueue(atOnce, list.length)
        let running = 0
        let most = 0
        const outcomes = await Promise.allSettled(
          list.map(({ delay, fails }) =>
            queue.run(async () => {
              running += 1
              most = Math.max(most, running)
              for (let i = 0; i < delay; i += 1) await tick()
              running -= 1
              if (fails) throw new Error('broken')
            }),
          ),
        )

        expect(most).toBeLessThanOrEqual(atOnce)
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(
          list.map(({ fails }) => fails),
        )
        expect(await queue.run(async () => 'still here')).toBe('still here')
      }),
    )
  })
})

/** Work that ends when the test says so. */
function manualWork() {
  const started: number[] = []
  let isOver = false
  const waiting: (() => void)[] = []
  return {
    started,
    start: (name: number) => () => {
      started.push(name)
      return isOver ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))
    },
    finishAll() {
      isOver = true
      for (const finish of waiting) finish()
    },
  }
}
