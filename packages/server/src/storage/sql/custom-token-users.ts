import type { Kysely } from 'kysely'
import type { CustomTokenUserStore } from '../storage.ts'
import { toUser, valuesOf } from './rows.ts'
import type { Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

export function createCustomTokenUserStore(db: Kysely<Tables>): CustomTokenUserStore {
  return {
    async find(subject) {
      const row = await selectUser(db)
        .innerJoin('custom_token_user', 'custom_token_user.user_id', 'account.id')
        .where('custom_token_user.subject', '=', subject)
        .executeTakeFirst()
      return row && toUser(valuesOf(row))
    },

    async has(userId) {
      const row = await db
        .selectFrom('custom_token_user')
        .select('subject')
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return row !== undefined
    },

    async insert(subject, userId) {
      await db.insertInto('custom_token_user').values({ subject, user_id: userId }).execute()
    },
  }
}
