import { hash } from 'node:crypto'
import type { PasswordHasher } from '../../packages/server/src/security/password.ts'

/** As good as no hash: what a server takes with it is what it takes beside its hash. */
export const trivialHasher: Pick<PasswordHasher, 'hash' | 'verify'> = {
  hash: async (password) => trivialHash(password),
  verify: async (password, stored) => stored === trivialHash(password),
}

/** Looks like a hash with our parameters, and is as long. */
function trivialHash(password: string): string {
  return `$argon2id$v=19$m=19456,t=2,p=1$none$${hash('sha256', password)}`.padEnd(97, '0')
}
