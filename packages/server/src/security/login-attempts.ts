import type { ApiError } from '../errors.ts'
import type { RateLimitStore, User } from '../storage/storage.ts'
import type { LoginId } from '../users/login-id.ts'
import type { Account } from '../users/user.ts'
import { networkOf, wideNetworkOf } from './client-network.ts'
import { existenceLimits } from './existence-answers.ts'
import type { KnownDevices } from './known-device.ts'
import {
  counterOf,
  countFree,
  longestWait,
  type RateLimit,
  type RateLimiter,
  tooManyRequests,
  type Wait,
} from './rate-limit.ts'

const DAY_SECONDS = 86_400
const HOME_DAYS = 30

/**
 * Wrong passwords for one account in a row, from all devices that it does not know. NIST SP 800-63B,
 * 3.2.2 allows a hundred. Names that nobody has are counted alike.
 */
const accountLimit: RateLimit = {
  name: 'login-account',
  most: 10,
  perSeconds: DAY_SECONDS,
  closesAt: 100,
}

/** The same from one device that the account knows: it waits, but is never closed out. */
const deviceLimit: RateLimit = {
  name: 'login-device',
  most: 10,
  perSeconds: DAY_SECONDS,
  closesAt: 1_000_000_000,
}

/** Wrong passwords from one network, for whatever accounts. */
export const networkLimit: RateLimit = {
  name: 'login-network',
  most: 30,
  perSeconds: 300,
  isOfNetwork: true,
}
const wideNetworkLimit: RateLimit = {
  name: 'login-wide-network',
  most: 300,
  perSeconds: 300,
  isOfNetwork: true,
}

/** That somebody has logged in to the account from a network. */
const home: RateLimit = { name: 'login-home', most: 1, perSeconds: HOME_DAYS * DAY_SECONDS }

/** Who wants to log in, and from where. */
export interface Candidate {
  /** The user with the name that was given, if there is one. */
  user: User | undefined
  loginId: LoginId
  address: string
  deviceHint: string | undefined
  /** An app's own server, from whose address all of its users log in. */
  isServer: boolean
}

/** A try that is counted as a wrong password until it is known to be a right one. */
export interface LoginAttempt {
  /** False when the client has heard too often of names that nobody has. */
  mayTellWhoExists: boolean
  /**
   * The password was right: ends the row of wrong ones. Not for use within a transaction, where
   * log-ins from one network would stand in each other's way.
   */
  succeeded(): Promise<void>
  /** Nothing was checked after all. */
  withdraw(): Promise<void>
}

/**
 * The limits of log-in. Every try counts before the password is looked at, so that many at the same
 * time are no more than the limit.
 *
 * A device counts as known by its hint, or by a network (/24, /48) from which somebody logged in to
 * this account within 30 days. Its tries count apart, so that whoever guesses from elsewhere keeps
 * nobody out. Counters belong to the user's token version: they end with the password.
 */
export interface LoginAttempts {
  /** Throws TooManyRequests. */
  begin(candidate: Candidate, now: number): Promise<LoginAttempt>
  /** Counts a wrong password of the user that was given elsewhere. */
  failedElsewhere(account: Account, now: number): Promise<void>
}

export function createLoginAttempts(
  store: RateLimitStore,
  { isOn, countersOf }: Pick<RateLimiter, 'isOn' | 'countersOf'>,
  devices: KnownDevices,
): LoginAttempts {
  if (!isOn) return { begin: async () => uncounted, failedElsewhere: async () => {} }
  return {
    async begin({ user, loginId, address, deviceHint, isServer }, now) {
      const account = user ? nameOf(user.account) : `${loginId.group} ${loginId.canonical}`
      const fromNetwork = `${account} ${wideNetworkOf(address)}`
      const device = user && devices.deviceOf(deviceHint, user.account, now)

      const byAccount = counterOf([accountLimit, account])
      const byDevice = counterOf([deviceLimit, device ? `${account} ${device}` : fromNetwork])
      const ofHome = counterOf([home, fromNetwork])
      const byNetwork = countersOf([
        [networkLimit, networkOf(address)],
        [wideNetworkLimit, wideNetworkOf(address)],
      ])
      const ofExistence = countersOf(existenceLimits(address))
      const all = [byAccount, byDevice, ofHome, ...byNetwork, ...ofExistence]
      const states = await store.find(
        all.map(({ key }) => key),
        now,
      )

      const isAtHome = !isServer && states.has(ofHome.key)
      const networks = device || isServer ? [] : byNetwork
      const counters = [device || isAtHome ? byDevice : byAccount, ...networks]
      const wait = longestWait(counters, states)
      if (wait.freeAt > now) throw refusal(wait, now)
      const refusedUntil = await countFree(store, counters, now)
      if (refusedUntil) throw refusal(refusedUntil, now)

      return {
        mayTellWhoExists: longestWait(ofExistence, states).freeAt <= now,
        async succeeded() {
          const until = now + home.perSeconds * 1_000
          await store.release(
            {
              counted: networks.map(({ key }) => key),
              forgotten: [byAccount.key, ...(device || isAtHome ? [byDevice.key] : [])],
              ...(!isServer && { remembered: { key: ofHome.key, until } }),
            },
            now,
          )
        },
        async withdraw() {
          for (const { key } of counters) await store.release({ counted: [key] }, now)
        },
      }
    },

    async failedElsewhere(account, now) {
      await store.count([counterOf([accountLimit, nameOf(account)])], now)
    },
  }
}

/** What closes for a month is worth another try long before: its owner may have opened it. */
const LONGEST_RETRY_MS = 900_000

function refusal({ freeAt, limit }: Wait, now: number): ApiError {
  return tooManyRequests({ freeAt: Math.min(freeAt, now + LONGEST_RETRY_MS), limit }, now)
}

function nameOf({ id, tokenVersion }: Account): string {
  return `${id} ${tokenVersion}`
}

const uncounted: LoginAttempt = {
  mayTellWhoExists: true,
  succeeded: async () => {},
  withdraw: async () => {},
}
