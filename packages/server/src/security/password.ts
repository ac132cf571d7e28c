import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import { createWorkQueue } from './work-queue.ts'

/**
 * argon2id with 19 MiB, two passes, one lane, a salt of 16 and a tag of 32 bytes: one of the
 * equivalent minimum settings of the OWASP Password Storage Cheat Sheet.
 */
const parameters = {
  algorithm: 2 satisfies argon2.Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  outputLen: 32,
}

/** Hashes dearer than this many times ours are not verified: they can only be an attack. */
const MAX_COST_RATIO = 8

/** What can wait for a core is done within about two seconds; at 100 hashes a second and core. */
const WAITING_PER_CORE = 200

/** Hashes and verifies passwords off the event loop, a core's worth at a time. */
export interface PasswordHasher {
  /** Throws ResponseTimeout when too much is waiting. */
  hash(password: string): Promise<string>
  /**
   * True if the password belongs to the hash. Without a hash it takes as long and is false, so
   * that nobody learns from the time which users exist or have a password.
   *
   * Throws ResponseTimeout when too much is waiting.
   */
  verify(password: string, hash: string | null | undefined): Promise<boolean>
}

export function createPasswordHasher(): PasswordHasher {
  const cores = availableParallelism()
  const queue = createWorkQueue(cores, cores * WAITING_PER_CORE)
  let decoy: Promise<string> | undefined

  const hash = (password: string) => queue.run(() => argon2.hash(normalize(password), parameters))
  return {
    hash,
    async verify(password, storedHash) {
      if (!storedHash) {
        decoy ??= hash(randomBytes(16).toString('base64'))
        const decoyHash = await decoy
        await queue.run(() => argon2.verify(decoyHash, normalize(password)))
        return false
      }
      if (isBcrypt(storedHash)) return queue.run(() => bcrypt.verify(password, storedHash))
      if (!isAffordable(storedHash)) return false
      return queue.run(() => argon2.verify(storedHash, normalize(password)))
    },
  }
}

/** True if a hash should be replaced the next time the password is at hand. */
export function isOutdated(hash: string): boolean {
  const costs = costsOf(hash)
  return !costs || costs.memoryCost < parameters.memoryCost || costs.timeCost < parameters.timeCost
}

/** The same password typed on two systems may arrive composed or decomposed. */
function normalize(password: string): string {
  return password.normalize('NFC')
}

/** Hashes that come from the original server, in all the versions that name the same algorithm. */
function isBcrypt(hash: string): boolean {
  return /^\$2[aby]\$/.test(hash)
}

function isAffordable(hash: string): boolean {
  const costs = costsOf(hash)
  return (
    costs !== undefined &&
    costs.memoryCost <= parameters.memoryCost * MAX_COST_RATIO &&
    costs.timeCost <= parameters.timeCost * MAX_COST_RATIO
  )
}

function costsOf(hash: string): { memoryCost: number; timeCost: number } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d{1,9}),t=(\d{1,4}),p=\d{1,2}\$[^$]+\$[^$]+$/.exec(hash)
  return match ? { memoryCost: Number(match[1]), timeCost: Number(match[2]) } : undefined
}
