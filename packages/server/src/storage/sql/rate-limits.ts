import { type Kysely, sql } from 'kysely'
import type { RateLimitStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createRateLimitStore(db: Kysely<Tables>): RateLimitStore {
  return {
    async count(key, now, periodMs) {
      // One statement, so that processes which count at the same time all count.
      const hasEnded = sql<boolean>`rate_limit.resets_at <= ${now}`
      const { count, resets_at: resetsAt } = await db
        .insertInto('rate_limit')
        .values({ key, count: 1, resets_at: now + periodMs })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({
            count: sql`case when ${hasEnded} then 1 else rate_limit.count + 1 end`,
            resets_at: sql`case when ${hasEnded} then excluded.resets_at else rate_limit.resets_at end`,
          }),
        )
        .returning(['count', 'resets_at'])
        .executeTakeFirstOrThrow()
      return { count, resetsAt }
    },

    async prune(now) {
      await db.deleteFrom('rate_limit').where('resets_at', '<=', now).execute()
    },
  }
}
