import { afterEach, expect, it, vi } from 'vitest'
import { createLog } from '../log.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { openStorage } from './open-storage.ts'
import { startRetention } from './retention.ts'

const DAY_MS = 86_400_000

let server: TestServer | undefined

afterEach(async () => {
  vi.useRealTimers()
  await server?.close()
})

it('forgets counters that have ended, why sessions ended after 30 days, and the audit trail after its days', async () => {
  server = await startTestServer()
  const { user_id: id } = await server.signUp('amy')
  const storage = await openStorage(server.databaseUrl)
  const session = { userId: id, dialect: 'B', lastSeenAt: 1, client: null, address: null } as const
  const event = { event: 'logout', userId: id, actor: id, data: {}, source: {} }
  const now = Date.now()
  for (const days of [1, 29, 31, 364, 366]) {
    const at = now - days * DAY_MS
    await storage.sessions.insert({ ...session, tokenHash: `${days}`, createdAt: at })
    await storage.sessions.end(`${days}`, 'loggedOut', at)
    const eventId = at.toString(16).padStart(12, '0').padEnd(32, '0')
    await storage.audit.add({ ...event, id: eventId, at }, null)
  }
  const counter = { most: 5, closesAt: 5, periodMs: DAY_MS }
  await storage.rateLimits.count([{ ...counter, key: 'ended' }], now - 2 * DAY_MS)
  await storage.rateLimits.count([{ ...counter, key: 'counting' }], now)
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const retention = startRetention(storage, { auditDays: 365 }, createLog({ logLevel: 'silent' }))

  vi.advanceTimersByTime(60_000)
  await retention.stop()

  const counters = await server.sql('select key from rate_limit')
  expect(counters).toEqual([{ key: 'counting' }])
  const daysAgo = (times: { at: number | string }[]) =>
    times.map(({ at }) => Math.round((now - Number(at)) / DAY_MS))
  const ended = await server.sql<{ at: number }>('select ended_at as at from ended_session')
  expect(daysAgo(ended).toSorted((a, b) => a - b)).toEqual([1, 29])
  const kept = await storage.audit.list({ userId: id, event: 'logout', limit: 9 })
  expect(daysAgo(kept)).toEqual([1, 29, 31, 364])
  await storage.close()
})
