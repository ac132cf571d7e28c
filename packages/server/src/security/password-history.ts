import type { Settings } from '../settings.ts'
import type { PasswordHistoryStore } from '../storage/storage.ts'
import type { PasswordHasher } from './password.ts'
import { passwordReused } from './password-policy.ts'

const DAY_MS = 86_400_000

/** Keeps users from setting a password again that they had before; off by default. */
export interface PasswordHistory {
  /** Throws PasswordPolicyViolated when the user had this password lately. */
  check(store: PasswordHistoryStore, userId: string, password: string, now: number): Promise<void>
  /** Notes a password that is set now, and forgets those that no longer count. */
  remember(store: PasswordHistoryStore, userId: string, hash: string, now: number): Promise<void>
}

export function createPasswordHistory(
  { passwordHistorySize: size, passwordHistoryDays: days }: HistorySettings,
  passwords: PasswordHasher,
): PasswordHistory {
  if (size === 0 && days === 0) {
    return { async check() {}, async remember() {} }
  }
  return {
    async check(store, userId, password, now) {
      for (const hash of await store.recent(userId, size, firstDay(days, now))) {
        if (await passwords.verify(password, hash)) throw passwordReused(size, days)
      }
    },

    async remember(store, userId, hash, now) {
      await store.add(userId, hash, now)
      await store.prune(userId, size, firstDay(days, now))
    },
  }
}

type HistorySettings = Pick<Settings, 'passwordHistorySize' | 'passwordHistoryDays'>

/** Days are counted from midnight UTC, as the original did; without any, no time is recent. */
function firstDay(days: number, now: number): number {
  if (days === 0) return Number.MAX_SAFE_INTEGER
  return Math.floor(now / DAY_MS) * DAY_MS - days * DAY_MS
}
