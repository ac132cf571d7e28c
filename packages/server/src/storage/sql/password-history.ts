import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { PasswordHistoryStore } from '../storage.ts'
import type { Tables } from './schema.ts'

export function createPasswordHistoryStore(db: Kysely<Tables>): PasswordHistoryStore {
  async function remembered(userId: string, size: number, since: number) {
    const rows = await db
      .selectFrom('password_history')
      .select(['id', 'password_hash', 'set_at'])
      .where('user_id', '=', userId)
      .orderBy('set_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.filter((row, index) => index < size || row.set_at >= since)
  }

  return {
    async add(userId, passwordHash, now) {
      const row = { id: randomUUID(), user_id: userId, password_hash: passwordHash, set_at: now }
      await db.insertInto('password_history').values(row).execute()
    },

    async recent(userId, size, since) {
      return (await remembered(userId, size, since)).map((row) => row.password_hash)
    },

    async prune(userId, size, since) {
      const kept = (await remembered(userId, size, since)).map((row) => row.id)
      await db
        .deleteFrom('password_history')
        .where('user_id', '=', userId)
        .where('id', 'not in', kept)
        .execute()
    },
  }
}
