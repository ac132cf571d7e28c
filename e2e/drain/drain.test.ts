import { expect, it, onTestFinished } from 'vitest'
import { createDatabase } from '../database.ts'
import { SOURCE } from '../server-process.ts'
import { drainUnderLoad } from './drain.ts'

it('answers every request that was accepted before SIGTERM, and ends with 0', async () => {
  const database = await createDatabase('sqlite')
  onTestFinished(() => database.remove())

  const drain = await drainUnderLoad({ database, program: SOURCE, loadMs: 700 })

  expect(drain).toMatchObject({ failed: [], ended: 0 })
  expect(drain.answeredLate).toBeGreaterThan(0)
  expect(drain.healthWhileStopping.at(-1)).toBe(503)
  // As promised to whoever sends SIGTERM.
  expect(drain.seconds).toBeLessThan(10)
}, 60_000)
