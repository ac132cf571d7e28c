import type { Kysely } from 'kysely'
import type { RevokedTokenStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createRevokedTokenStore(db: Kysely<Tables>): RevokedTokenStore {
  return {
    async add(tokenHash, expiresAt) {
      await db
        .insertInto('revoked_token')
        .values({ token_hash: tokenHash, expires_at: expiresAt })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async has(tokenHash) {
      const row = await db
        .selectFrom('revoked_token')
        .select('token_hash')
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst()
      return row !== undefined
    },

    async prune(now) {
      await db.deleteFrom('revoked_token').where('expires_at', '<', now).execute()
    },
  }
}
