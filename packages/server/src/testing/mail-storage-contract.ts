import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PUBLIC_DATABASE } from '../records/record.ts'
import type { OneTimeCode, OutboxMail, Storage } from '../storage/storage.ts'
import { newAccount } from '../users/user.ts'

/** The part of the storage contract about one-time codes, mails and counters. */
export function describeMailStorage(open: () => Promise<Storage>): void {
  let storage: Storage
  let other: Storage

  beforeEach(async () => {
    storage = await open()
    other = await open()
  })

  afterEach(async () => {
    await other.close()
    await storage.close()
  })

  describe('a one-time code', () => {
    beforeEach(() => insertUser(storage, 'amy'))

    it('is found by its user and purpose', async () => {
      const code = codeOf('1')
      await storage.oneTimeCodes.replace(code)

      expect(await storage.oneTimeCodes.find('amy', 'verify')).toEqual([code])
      expect(await storage.oneTimeCodes.find('amy', 'reset_password')).toEqual([])
      expect(await storage.oneTimeCodes.find('bea', 'verify')).toEqual([])
    })

    it('takes the place of an earlier one', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))
      await storage.oneTimeCodes.replace({ ...codeOf('2'), recordValue: 'b', expiresAt: null })

      const [code, ...others] = await storage.oneTimeCodes.find('amy', 'verify')

      expect(code).toMatchObject({ id: '2', recordValue: 'b', expiresAt: null })
      expect(others).toEqual([])
    })

    it('can be tried ten times', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))

      const tries = await Promise.all(
        Array.from({ length: 15 }, (_, i) =>
          (i % 2 ? storage : other).oneTimeCodes.startTry('amy', 'verify'),
        ),
      )

      expect(tries.filter((codes) => codes.length === 1)).toHaveLength(10)
      expect(await storage.oneTimeCodes.find('amy', 'verify')).toEqual([])
    })

    it('can be tried anew in the place of one that was tried too often', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))
      for (let i = 0; i < 10; i++) await storage.oneTimeCodes.startTry('amy', 'verify')

      await storage.oneTimeCodes.replace(codeOf('2'))

      expect(await storage.oneTimeCodes.startTry('amy', 'verify')).toHaveLength(1)
    })

    it('can be tried again after a right try', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))
      for (let i = 0; i < 10; i++) await storage.oneTimeCodes.startTry('amy', 'verify')

      await storage.oneTimeCodes.forgiveTry('1')

      expect(await storage.oneTimeCodes.startTry('amy', 'verify')).toHaveLength(1)
    })

    it('is taken once', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))

      const taken = await Promise.all(
        Array.from({ length: 20 }, () =>
          storage.transaction((stores) => stores.oneTimeCodes.take('1')),
        ),
      )

      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    it('is void when its purpose or its field is', async () => {
      await storage.oneTimeCodes.replace(codeOf('1'))
      await storage.oneTimeCodes.replace({ ...codeOf('2'), recordKey: 'phone' })
      await storage.oneTimeCodes.replace({ ...codeOf('3'), purpose: 'reset_password' })

      await storage.oneTimeCodes.void('amy', { recordKey: 'phone' })
      expect(await storage.oneTimeCodes.find('amy', 'verify')).toMatchObject([{ id: '1' }])

      await storage.oneTimeCodes.void('amy', { purpose: 'reset_password' })
      expect(await storage.oneTimeCodes.find('amy', 'reset_password')).toEqual([])
      expect(await storage.oneTimeCodes.find('amy', 'verify')).toHaveLength(1)
    })

    it('is void for a reset when the password changes', async () => {
      const { accounts, oneTimeCodes } = storage
      const reset = { ...codeOf('1'), purpose: 'reset_password' as const }
      await oneTimeCodes.replace(reset)
      await accounts.changePassword('amy', 'another', 'new', 5)
      expect(await oneTimeCodes.find('amy', 'reset_password')).toHaveLength(1)

      await accounts.changePassword('amy', 'hash', 'new', 5)
      expect(await oneTimeCodes.find('amy', 'reset_password')).toEqual([])

      await oneTimeCodes.replace(reset)
      await accounts.setPassword('amy', 'newer', 6)
      expect(await oneTimeCodes.find('amy', 'reset_password')).toEqual([])
    })
  })

  describe('a request to reset a password', () => {
    it('is taken in order, and once', async () => {
      for (const [i, id] of ['a', 'b', 'c'].entries()) {
        const request = { id, address: `${id}@x`, languages: 'en', requestedAt: 9 - i }
        await storage.resetRequests.add(request)
      }

      const first = await storage.resetRequests.take()
      const rest = await Promise.all(
        Array.from({ length: 6 }, () =>
          storage.transaction((stores) => stores.resetRequests.take()),
        ),
      )

      expect(first).toEqual({ id: 'c', address: 'c@x', languages: 'en', requestedAt: 7 })
      const ids = rest.flatMap((request) => (request ? [request.id] : []))
      expect(ids.sort()).toEqual(['a', 'b'])
      expect(await storage.resetRequests.isEmpty()).toBe(true)
    })

    it('is there again when what was done with it is undone', async () => {
      await storage.resetRequests.add({ id: 'a', address: 'x', languages: '', requestedAt: 1 })

      const undone = storage.transaction(async (stores) => {
        await stores.resetRequests.take()
        throw new Error('undone')
      })

      await expect(undone).rejects.toThrow('undone')
      expect(await storage.resetRequests.isEmpty()).toBe(false)
    })
  })

  describe('a mail in the outbox', () => {
    it('is claimed as it was added, and not again before the lease ends', async () => {
      await storage.outbox.add(mailOf('1', 10))

      expect(await storage.outbox.isDue(9)).toBe(false)
      expect(await storage.outbox.claim(9, 100)).toBeUndefined()
      expect(await storage.outbox.isDue(10)).toBe(true)
      expect(await storage.outbox.claim(10, 100)).toEqual({ ...mailOf('1', 10), attempts: 1 })
      expect(await storage.outbox.claim(99, 200)).toBeUndefined()
      expect(await storage.outbox.claim(100, 200)).toMatchObject({ id: '1', attempts: 2 })
    })

    it('is gone when it was sent', async () => {
      await storage.outbox.add(mailOf('1', 10))

      await storage.outbox.delete('1')

      expect(await storage.outbox.claim(10, 100)).toBeUndefined()
    })

    it('is due again when it is to be tried again', async () => {
      await storage.outbox.add(mailOf('1', 10))
      await storage.outbox.claim(10, 100)

      await storage.outbox.retry('1', 50)

      expect(await storage.outbox.isDue(49)).toBe(false)
      expect(await storage.outbox.claim(50, 100)).toMatchObject({ attempts: 2 })
    })

    it('is kept without what it says when it is given up', async () => {
      await storage.outbox.add(mailOf('1', 10))

      await storage.outbox.fail('1', 20)

      expect(await storage.outbox.isDue(1_000)).toBe(false)
      expect(await storage.outbox.newest(5, 20)).toEqual([])
      expect((await storage.outbox.counts(20)).failed).toBe(1)
    })

    it('is claimed by one process only', async () => {
      const mails = Array.from({ length: 60 }, (_, i) => mailOf(`m${i}`, i))
      for (const mail of mails) await storage.outbox.add(mail)
      const connections = [storage, other, await open(), await open()]
      const claimed: string[] = []

      await Promise.all(
        connections.flatMap((connection) =>
          Array.from({ length: 3 }, async () => {
            for (;;) {
              const mail = await connection.outbox.claim(1_000, 2_000)
              if (!mail) return
              claimed.push(mail.id)
            }
          }),
        ),
      )
      for (const connection of connections.slice(2)) await connection.close()

      expect(claimed.toSorted()).toEqual(mails.map(({ id }) => id).toSorted())
    })

    it('is counted', async () => {
      for (const [i, id] of ['1', '2', '3'].entries()) await storage.outbox.add(mailOf(id, 10 + i))
      await storage.outbox.claim(10, 60)
      await storage.outbox.fail('3', 20)

      expect(await storage.outbox.counts(50)).toEqual({
        pending: 2,
        retried: 1,
        failed: 1,
        oldestPendingMs: 40,
      })
    })

    it('is nothing to wait for when there is none', async () => {
      expect(await storage.outbox.counts(50)).toEqual({
        pending: 0,
        retried: 0,
        failed: 0,
        oldestPendingMs: 0,
      })
    })

    it('is listed with the newest first, while it is of use', async () => {
      for (const [id, time] of [
        ['1', 10],
        ['2', 30],
        ['3', 20],
      ] as const) {
        await storage.outbox.add(mailOf(id, time))
      }

      const ids = async (limit: number, now: number) =>
        (await storage.outbox.newest(limit, now)).map(({ id }) => id)
      expect(await ids(2, 40)).toEqual(['2', '3'])
      expect(await ids(5, 1_025)).toEqual(['2'])
    })

    it('is removed some time after it was of use', async () => {
      await storage.outbox.add(mailOf('1', 10))
      await storage.outbox.add(mailOf('2', 30))

      await storage.outbox.prune(1_020)

      expect(await storage.outbox.claim(30, 100)).toMatchObject({ id: '2' })
    })
  })

  describe('a counter', () => {
    const twice = { most: 2, closesAt: 2, periodMs: 50 }

    it('counts until it is used up, and anew when it has ended', async () => {
      const { rateLimits } = storage
      const countA = (now: number) => rateLimits.count([{ key: 'a', ...twice }], now)

      expect([...(await countA(100))]).toEqual(['a'])
      expect([...(await countA(149))]).toEqual(['a'])
      expect([...(await countA(149))]).toEqual([])
      expect(await rateLimits.find(['a', 'b'], 149)).toEqual(
        new Map([['a', { count: 2, freeAt: 150 }]]),
      )
      expect(await rateLimits.find(['a'], 150)).toEqual(new Map())
      expect([...(await countA(150))]).toEqual(['a'])
    })

    it('counts each by itself', async () => {
      const a = { key: 'a', most: 1, closesAt: 1, periodMs: 50 }
      await storage.rateLimits.count([a], 100)

      const counted = await storage.rateLimits.count([a, { key: 'b', ...twice }], 100)

      expect([...counted]).toEqual(['b'])
    })

    it('lets as many through at the same time as one after the other', async () => {
      const a = { key: 'a', most: 7, closesAt: 7, periodMs: 9 }
      const counted = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 ? storage : other).rateLimits.count([a], 1)),
      )

      expect(counted.filter(({ size }) => size === 1)).toHaveLength(7)
    })

    it('makes the next wait for twice as long each time, for 15 minutes at most', async () => {
      const { rateLimits } = storage
      const waiting = { key: 'a', most: 2, closesAt: 16, periodMs: 1_000_000_000 }
      const waits: number[] = []
      let now = 1_000
      for (let i = 0; i < 15; i += 1) {
        expect([...(await rateLimits.count([waiting], now))]).toEqual(['a'])
        const { freeAt } = (await rateLimits.find(['a'], now)).get('a')!
        if (freeAt > 0) expect([...(await rateLimits.count([waiting], freeAt - 1))]).toEqual([])
        waits.push(freeAt === 0 ? 0 : (freeAt - now) / 1_000)
        now = Math.max(now, freeAt)
      }

      expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
    })

    it('with waits closes for a month', async () => {
      const { rateLimits } = storage
      const closing = { key: 'a', most: 2, closesAt: 3, periodMs: 1_000 }
      await rateLimits.count([closing], 0)
      await rateLimits.count([closing], 0)
      await rateLimits.count([closing], 1_000)

      expect((await rateLimits.find(['a'], 1_000)).get('a')).toEqual({
        count: 3,
        freeAt: 1_000 + 30 * 86_400_000,
      })
    })

    it('with waits is forgotten some time after the last one', async () => {
      const { rateLimits } = storage
      const waiting = { key: 'a', most: 10, closesAt: 20, periodMs: 1_000 }
      await rateLimits.count([waiting], 0)
      await rateLimits.count([waiting], 900)

      expect((await rateLimits.find(['a'], 1_800)).get('a')?.count).toBe(2)
      expect(await rateLimits.find(['a'], 1_900)).toEqual(new Map())
    })

    it('can take one back, begin anew, and remember', async () => {
      const { rateLimits } = storage
      const counters = ['a', 'b', 'c'].map((key) => ({ key, ...twice }))
      for (let i = 0; i < 2; i += 1) await rateLimits.count(counters, 100)

      const remembered = { key: 'd', until: 200 }
      await rateLimits.release({ counted: ['a', 'e'], forgotten: ['b'], remembered }, 110)

      expect(await rateLimits.find(['a', 'b', 'c', 'd', 'e'], 149)).toEqual(
        new Map([
          ['a', { count: 1, freeAt: 0 }],
          ['c', { count: 2, freeAt: 150 }],
          ['d', { count: 1, freeAt: 0 }],
        ]),
      )
    })

    it('is removed when it has ended', async () => {
      await storage.rateLimits.count([{ key: 'a', ...twice }], 100)

      await storage.rateLimits.prune(150)

      expect(await storage.rateLimits.find(['a'], 120)).toEqual(new Map())
    })
  })
}

function codeOf(id: string): OneTimeCode {
  return {
    id,
    userId: 'amy',
    purpose: 'verify',
    recordKey: 'email',
    recordValue: 'amy@example.com',
    linkHash: `link ${id}`,
    typedHash: null,
    expiresAt: 1_700_000_000_000,
  }
}

function mailOf(id: string, createdAt: number): OutboxMail {
  return {
    id,
    kind: 'welcome',
    recipient: 'amy@example.com',
    languages: 'zh-Hant, en;q=0.5',
    facts: { quote: '"it\'s"', letter: '\u{1f600}' },
    createdAt,
    expiresAt: createdAt + 1_000,
  }
}

async function insertUser(storage: Storage, id: string): Promise<void> {
  await storage.accounts.insert(newAccount(id, 'hash', [], 1))
  await storage.records.insert({
    databaseId: PUBLIC_DATABASE,
    type: 'user',
    key: id,
    ownerId: id,
    access: null,
    createdAt: 1,
    createdBy: id,
    updatedAt: 1,
    updatedBy: id,
    fields: {},
  })
}
