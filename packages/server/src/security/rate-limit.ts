import { hash } from 'node:crypto'
import { ApiError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import type { Counter, CounterState, RateLimitStore, Stores } from '../storage/storage.ts'

/** How often something may be done by or to one subject. */
export interface RateLimit {
  /** Of the counter; limits of the same name count together. */
  name: string
  most: number
  perSeconds: number
  /** With waits after `most` in a row: at this many nothing more is let through. */
  closesAt?: number
}

/** A limit of one subject, such as an address or a user id. */
export type LimitOf = [limit: RateLimit, subject: string]

/** Counts in the database, so that all processes count together. */
export interface RateLimiter {
  /** False when the operator has switched limits off; then nothing is counted. */
  readonly isOn: boolean
  /** Counts one with each limit, or with none: throws TooManyRequests when one is used up. */
  count(limits: LimitOf[], now: number): Promise<void>
  /** The same, without counting. */
  check(limits: LimitOf[], now: number): Promise<void>
  /** Counts one with each limit, with `stores`; false, and with none, when one is used up. */
  allows(stores: Stores, limits: LimitOf[], now: number): Promise<boolean>
}

export function createRateLimiter(
  store: RateLimitStore,
  { rateLimit: isOn }: Pick<Settings, 'rateLimit'>,
): RateLimiter {
  const always = async () => {}
  if (!isOn) return { isOn, count: always, check: always, allows: async () => true }

  async function count(limits: LimitOf[], now: number, using: RateLimitStore): Promise<void> {
    const counters = limits.map(counterOf)
    // Looked at first: whoever is over a limit costs no write.
    await check(counters, now, using)
    const freeAt = await countFree(using, counters, now)
    if (freeAt !== undefined) throw tooManyRequests(freeAt, now)
  }

  return {
    isOn,
    count: (limits, now) => count(limits, now, store),
    check: (limits, now) => check(limits.map(counterOf), now, store),
    async allows({ rateLimits }, limits, now) {
      try {
        await count(limits, now, rateLimits)
        return true
      } catch (error) {
        if (error instanceof ApiError) return false
        throw error
      }
    },
  }
}

async function check(counters: Counter[], now: number, store: RateLimitStore): Promise<void> {
  const states = await store.find(keysOf(counters), now)
  const freeAt = latestFreeAt(counters, states)
  if (freeAt > now) throw tooManyRequests(freeAt, now)
}

/**
 * Counts one with each counter, or with none: then others at the same time have used one up, and
 * the result is the time (Unix milliseconds) at which it is free again.
 */
export async function countFree(
  store: RateLimitStore,
  counters: Counter[],
  now: number,
): Promise<number | undefined> {
  if (counters.length === 0) return undefined
  const counted = await store.count(counters, now)
  if (counted.size === counters.length) return undefined
  // One by one, since together they would wait for others in an order of their own.
  for (const key of counted) await store.release({ counted: [key] }, now)
  return latestFreeAt(counters, await store.find(keysOf(counters), now))
}

/** When the last of them is free, in Unix milliseconds. */
export function latestFreeAt(counters: Counter[], states: Map<string, CounterState>): number {
  return Math.max(0, ...counters.map(({ key }) => states.get(key)?.freeAt ?? 0))
}

function keysOf(counters: Counter[]): string[] {
  return counters.map(({ key }) => key)
}

export function counterOf([limit, subject]: LimitOf): Counter {
  const { name, most, perSeconds, closesAt = most } = limit
  // A hash, since nobody needs to read in the database who asked for what.
  const key = hash('sha256', JSON.stringify([name, subject]), 'base64url')
  return { key, most, closesAt, periodMs: perSeconds * 1_000 }
}

export function tooManyRequests(freeAt: number, now: number): ApiError {
  return new ApiError('TooManyRequests', 'Too many requests; try again later.', {
    retryAfterSeconds: Math.max(1, Math.ceil((freeAt - now) / 1_000)),
  })
}
