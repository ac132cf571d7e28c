import { createRequire } from 'node:module'
import path from 'node:path'
import type { PasswordHasher } from '../../../packages/server/src/security/password.ts'
import { createBareHasher } from '../../harness/bare-hasher.ts'
import { trivialHasher } from '../../harness/trivial-hasher.ts'

/** Loads a package from where the bench has installed it. */
export const requirePeer = createRequire(path.join(process.env['PEER_FOLDER'] ?? '/', 'index.js'))

/** The address of a PostgreSQL database, or of an SQLite one as `sqlite:PATH`. */
export const databaseUrl = process.env['DATABASE_URL'] ?? ''

/** The hasher that `HASH` names. */
export async function chosenHasher(): Promise<PasswordHasher> {
  return process.env['HASH'] === 'none' ? trivialHasher : createBareHasher()
}
