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

/** About 0.4 seconds; the original's hashes have 10. */
const MAX_BCRYPT_COST = 13

/** What can wait for a core is done within about two seconds; at 100 hashes a second and core. */
const WAITING_PER_CORE = 200

/** Hashes and verifies passwords off the event loop, as many at a time as keep the cores busy. */
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
  /** How many wait. */
  waiting(): number
}

/** `workers`: the processes that share the cores of this machine. */
export function createPasswordHasher(workers = 1): PasswordHasher {
  const cores = Math.max(1, Math.floor(availableParallelism() / workers))
  // One more than cores, so that none is idle until the event loop starts the next hash. Still more
  // would only contend for the memory cache.
  const queue = createWorkQueue(cores + 1, cores * WAITING_PER_CORE)
  // A hash of ours, of a password that nobody knows.
  const decoy = argon2.hash(randomBytes(16), parameters)

  return {
    hash: (password) => queue.run(() => argon2.hash(normalize(password), parameters)),
    async verify(password, storedHash) {
      const matches = await queue.run(async () => verifyAny(password, storedHash || (await decoy)))
      return matches && Boolean(storedHash)
    },
    waiting: queue.waiting,
  }
}

/** False for a hash that is damaged, of an unknown kind or too costly. */
async function verifyAny(password: string, hash: string): Promise<boolean> {
  if (!isAffordable(hash)) return false
  try {
    return bcryptCostOf(hash) === undefined
      ? await argon2.verify(hash, normalize(password))
      : await bcrypt.verify(password, hash)
  } catch {
    // Whatever stands in the database is not a hash, and opens nothing.
    return false
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

/** Hashes of the original server, in all the versions that name the same algorithm. */
function bcryptCostOf(hash: string): number | undefined {
  const match = /^\$2[aby]\$(\d\d)\$/.exec(hash)
  return match ? Number(match[1]) : undefined
}

function isAffordable(hash: string): boolean {
  const bcryptCost = bcryptCostOf(hash)
  if (bcryptCost !== undefined) return bcryptCost <= MAX_BCRYPT_COST
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
