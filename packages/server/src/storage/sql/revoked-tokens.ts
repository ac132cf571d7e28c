import type { Kysely } from 'kysely'
import type { EndReason, RevokedTokenStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createRevokedTokenStore(db: Kysely<Tables>): RevokedTokenStore {
  return {
    async add(tokenHash, expiresAt, reason) {
      await db
        .insertInto('revoked_token')
        .values({ token_hash: tokenHash, expires_at: expiresAt, reason })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },

    async reasonOf(tokenHash) {
      const row = await db
        .selectFrom('revoked_token')
        .select('reason')
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst()
      // An older version gave no reason, since there was but one.
      return row && ((row.reason ?? 'loggedOut') as EndReason)
    },

    async prune(now) {
      await db.deleteFrom('revoked_token').where('expires_at', '<', now).execute()
    },
  }
}
