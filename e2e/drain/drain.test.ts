import { expect, it, onTestFinished } from 'vitest'
import { createDatabase } from '../database.ts'
import { SOURCE } from '../server-process.ts'
import { drainUnderLoad } from './drain.ts'

it.each([
  ['a server', {}],
  ['a server with workers', { workers: 2 }],
])(
  'R-20: %s answers what it accepted before SIGTERM, and ends with 0',
  async (_, how) => {
    const database = await createDatabase('sqlite')
    onTestFinished(() => database.remove())

    const drain = await drainUnderLoad({ database, program: SOURCE, loadMs: 700, ...how })

    expect(drain).toMatchObject({ failed: [], ended: 0 })
    expect(drain.answeredLate).toBeGreaterThan(0)
    expect(drain.healthWhileStopping.at(-1)).toBe(503)
    // As promised to whoever sends SIGTERM.
    expect(drain.seconds).toBeLessThan(10)
  },
  60_000,
)
