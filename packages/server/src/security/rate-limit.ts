import { hash } from 'node:crypto'
import { ApiError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import type { RateLimitStore, Stores } from '../storage/storage.ts'

/** How often something may be done by or to one subject. */
export interface RateLimit {
  /** Of the counter; limits of the same name count together. */
  name: string
  most: number
  perSeconds: number
}

/** Counts in the database, so that all processes count together. */
export interface RateLimiter {
  /**
   * Counts one for the subject, such as an address or a user id.
   *
   * Throws TooManyRequests when that is over the limit.
   */
  count(limit: RateLimit, subject: string, now: number): Promise<void>
  /** Counts one, within the transaction of `stores`; false when that is over the limit. */
  allows(stores: Stores, limit: RateLimit, subject: string, now: number): Promise<boolean>
}

export function createRateLimiter(
  store: RateLimitStore,
  { rateLimit }: Pick<Settings, 'rateLimit'>,
): RateLimiter {
  if (!rateLimit) return { count: async () => {}, allows: async () => true }
  return {
    async count(limit, subject, now) {
      const { count, resetsAt } = await countIn(store, limit, subject, now)
      if (count <= limit.most) return
      throw new ApiError('TooManyRequests', 'Too many requests; try again later.', {
        retryAfterSeconds: Math.max(1, Math.ceil((resetsAt - now) / 1_000)),
      })
    },

    async allows({ rateLimits }, limit, subject, now) {
      return (await countIn(rateLimits, limit, subject, now)).count <= limit.most
    },
  }
}

function countIn(
  store: RateLimitStore,
  { name, perSeconds }: RateLimit,
  subject: string,
  now: number,
): ReturnType<RateLimitStore['count']> {
  // A hash, since nobody needs to read in the database who asked for what.
  const key = hash('sha256', JSON.stringify([name, subject]), 'base64url')
  return store.count(key, now, perSeconds * 1_000)
}

/**
 * The network that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which one
 * household or machine has to itself.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = address.includes('::') ? Array(8 - left.length - right.length).fill('0') : []
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
