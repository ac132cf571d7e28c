/** What our server uses of `@node-rs/argon2`, at no cost. */
import { trivialHasher } from '../../../bench/harness/trivial-hasher.ts'

export const hash = (password: string | Buffer): Promise<string> =>
  trivialHasher.hash(String(password))

export const verify = (stored: string, password: string): Promise<boolean> =>
  trivialHasher.verify(password, stored)
