import { createRequire } from 'node:module'
import path from 'node:path'
import {
  createPasswordHasher,
  type PasswordHasher,
} from '../../packages/server/src/security/password.ts'

/** As the server has it: the repository itself does not depend on it. */
const HASH_LIBRARY = '@node-rs/argon2'

interface Argon2 {
  hash(password: string, parameters: object): Promise<string>
  verify(hash: string, password: string): Promise<boolean>
}

/**
 * The server's own library, with the parameters that a hash of the server's names, and nothing
 * around it.
 */
export async function createBareHasher(): Promise<Pick<PasswordHasher, 'hash' | 'verify'>> {
  const sample = await createPasswordHasher().hash('a password')
  const costs = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(sample)
  const [memoryCost, timeCost, parallelism] = costs!.slice(1).map(Number)
  const require = createRequire(
    path.join(import.meta.dirname, '../../packages/server/package.json'),
  )
  const argon2 = require(HASH_LIBRARY) as Argon2
  return {
    hash: (password) => argon2.hash(password, { memoryCost, timeCost, parallelism }),
    verify: async (password, stored) => argon2.verify(stored ?? '', password),
  }
}
