import { type Kysely, sql } from 'kysely'
import type { ResetRequestStore } from '../storage.ts'
import type { SqlDialect } from './engine.ts'
import type { Tables } from './schema.ts'

export function createResetRequestStore(
  db: Kysely<Tables>,
  { passOverTaken = sql`` }: SqlDialect,
): ResetRequestStore {
  return {
    async add({ id, address, languages, requestedAt }) {
      await db
        .insertInto('reset_request')
        .values({ id, address, languages, requested_at: requestedAt })
        .execute()
    },

    async isEmpty() {
      const row = await db.selectFrom('reset_request').select('id').limit(1).executeTakeFirst()
      return row === undefined
    },

    async take() {
      const row = await db
        .deleteFrom('reset_request')
        .where('id', '=', (eb) =>
          eb
            .selectFrom('reset_request')
            .select('id')
            .orderBy('requested_at')
            .orderBy('id')
            .limit(1)
            .modifyEnd(passOverTaken),
        )
        .returningAll()
        .executeTakeFirst()
      if (!row) return undefined
      const { id, address, languages, requested_at: requestedAt } = row
      return { id, address, languages, requestedAt }
    },
  }
}
