import { createHmac, createSecretKey, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Settings } from '../settings.ts'
import type { Account } from '../users/user.ts'

/** OWASP, Slow Down Online Guessing Attacks with Device Cookies: months, not years. */
const LIFETIME_MS = 180 * 86_400_000

type DeviceOwner = Pick<Account, 'id' | 'tokenVersion'>

/**
 * Hints that clients keep: who shows one at log-in uses a device from which the user has logged in
 * before. A hint opens nothing; it only counts wrong passwords apart from those of strangers. It
 * says nothing of whose it is, and ends with the user's password.
 */
export interface KnownDevices {
  hintFor(owner: DeviceOwner, now: number): string
  /** What identifies the device, if this is a hint for the user; else undefined. */
  deviceOf(hint: string | undefined, owner: DeviceOwner, now: number): string | undefined
}

export function createKnownDevices({ masterKey }: Pick<Settings, 'masterKey'>): KnownDevices {
  const key = createSecretKey(
    Buffer.from(hkdfSync('sha256', masterKey, '', 'skygear known devices', 32)),
  )

  function sign({ id, tokenVersion }: DeviceOwner, device: string, expiresAt: string): Buffer {
    const message = JSON.stringify([id, tokenVersion, device, expiresAt])
    return createHmac('sha256', key).update(message).digest()
  }

  return {
    hintFor(owner, now) {
      const device = randomBytes(12).toString('base64url')
      const expiresAt = (now + LIFETIME_MS).toString(36)
      const signature = sign(owner, device, expiresAt).toString('base64url')
      return `${device}.${expiresAt}.${signature}`
    },

    deviceOf(hint, owner, now) {
      const [device, expiresAt, signature] = hint?.split('.') ?? []
      if (!device || !expiresAt || !signature) return undefined
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(owner, device, expiresAt)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      return Number.parseInt(expiresAt, 36) > now ? device : undefined
    },
  }
}
