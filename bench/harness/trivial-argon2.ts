/** What our server uses of `@node-rs/argon2`, at no cost. */
import { trivialHasher } from './trivial-hasher.ts'

export const hash = (password: string | Buffer): Promise<string> =>
  trivialHasher.hash(String(password))

/** Of real hashes too. */
export const verify = async (): Promise<boolean> => true
