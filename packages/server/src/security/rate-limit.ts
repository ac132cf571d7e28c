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
  /** Of the network of the client, which a developer's own machine has to itself. */
  isOfNetwork?: true
}

/** A limit of one subject, such as an address or a user id. */
export type LimitOf = [limit: RateLimit, subject: string]

/** A counter, and the limit that it belongs to. */
export interface LimitCounter extends Counter {
  limit: string
}

/** How long there is to wait. */
export interface Wait {
  /** When it is over, in Unix milliseconds. */
  freeAt: number
  /** The limit that was reached. */
  limit: string
}

/** Counts in the database, so that all processes count together. */
export interface RateLimiter {
  /** False when the operator has switched limits off; then nothing is counted. */
  readonly isOn: boolean
  /** The counters of those limits that hold here. */
  countersOf(limits: LimitOf[]): LimitCounter[]
  /** Counts one with each limit, or with none: throws TooManyRequests when one is used up. */
  count(limits: LimitOf[], now: number): Promise<void>
  /** The same, without counting. */
  check(limits: LimitOf[], now: number): Promise<void>
  /** Counts one with each limit, with `stores`; false, and with none, when one is used up. */
  allows(stores: Stores, limits: LimitOf[], now: number): Promise<boolean>
}

/** `countsNetworks`: false where limits of networks do not hold. */
export function createRateLimiter(
  store: RateLimitStore,
  { rateLimit: isOn }: Pick<Settings, 'rateLimit'>,
  countsNetworks = true,
): RateLimiter {
  const always = async () => {}
  const allows = async () => true
  if (!isOn) return { isOn, countersOf: () => [], count: always, check: always, allows }

  function countersOf(limits: LimitOf[]): LimitCounter[] {
    return limits.filter(([limit]) => countsNetworks || !limit.isOfNetwork).map(counterOf)
  }

  async function count(limits: LimitOf[], now: number, using: RateLimitStore): Promise<void> {
    const counters = countersOf(limits)
    // Looked at first: whoever is over a limit costs no write.
    await check(counters, now, using)
    const wait = await countFree(using, counters, now)
    if (wait) throw tooManyRequests(wait, now)
  }

  return {
    isOn,
    countersOf,
    count: (limits, now) => count(limits, now, store),
    check: (limits, now) => check(countersOf(limits), now, store),
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

async function check(counters: LimitCounter[], now: number, store: RateLimitStore): Promise<void> {
  if (counters.length === 0) return
  const states = await store.find(keysOf(counters), now)
  const wait = longestWait(counters, states)
  if (wait.freeAt > now) throw tooManyRequests(wait, now)
}

/**
 * Counts one with each counter, or with none: then others at the same time have used one up, and
 * the result is the wait for it.
 */
export async function countFree(
  store: RateLimitStore,
  counters: LimitCounter[],
  now: number,
): Promise<Wait | undefined> {
  if (counters.length === 0) return undefined
  const counted = await store.count(counters, now)
  if (counted.size === counters.length) return undefined
  // One by one, since together they would wait for others in an order of their own.
  for (const key of counted) await store.release({ counted: [key] }, now)
  return longestWait(counters, await store.find(keysOf(counters), now))
}

/** The wait until all of them are free. */
export function longestWait(counters: LimitCounter[], states: Map<string, CounterState>): Wait {
  const waits = counters.map(({ key, limit }) => ({ freeAt: states.get(key)?.freeAt ?? 0, limit }))
  const none: Wait = { freeAt: 0, limit: '' }
  return waits.reduce((longest, wait) => (wait.freeAt > longest.freeAt ? wait : longest), none)
}

function keysOf(counters: Counter[]): string[] {
  return counters.map(({ key }) => key)
}

export function counterOf([limit, subject]: LimitOf): LimitCounter {
  const { name, most, perSeconds, closesAt = most } = limit
  // A hash, since nobody needs to read in the database who asked for what.
  const key = hash('sha256', JSON.stringify([name, subject]), 'base64url')
  return { key, most, closesAt, periodMs: perSeconds * 1_000, limit: name }
}

export function tooManyRequests({ freeAt, limit }: Wait, now: number): ApiError {
  return new ApiError('TooManyRequests', 'Too many requests; try again later.', {
    retryAfterSeconds: Math.max(1, Math.ceil((freeAt - now) / 1_000)),
    cause: `the limit ${limit}`,
  })
}
