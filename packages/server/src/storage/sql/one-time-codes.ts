import type { Kysely } from 'kysely'
import type { CodePurpose, OneTimeCode, OneTimeCodeStore } from '../storage.ts'
import type { OneTimeCodeTable, Tables } from './schema.ts'

/** Tries after which a code is dead, right or wrong. OWASP ASVS 5.0, 6.6.3 asks for a limit. */
const MAX_TRIES = 10

export function createOneTimeCodeStore(db: Kysely<Tables>): OneTimeCodeStore {
  return {
    async replace(code) {
      const row = { ...fromCode(code), tries: 0 }
      const { user_id, purpose, record_key, ...rest } = row
      await db
        .insertInto('one_time_code')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['user_id', 'purpose', 'record_key']).doUpdateSet(rest),
        )
        .execute()
    },

    async find(userId, purpose) {
      const rows = await db
        .selectFrom('one_time_code')
        .selectAll()
        .where('user_id', '=', userId)
        .where('purpose', '=', purpose)
        .where('tries', '<', MAX_TRIES)
        .execute()
      return rows.map(toCode)
    },

    async startTry(userId, purpose) {
      // Counted by the statement that gives the code, so that tries at the same time all count.
      const rows = await db
        .updateTable('one_time_code')
        .set((eb) => ({ tries: eb('tries', '+', 1) }))
        .where('user_id', '=', userId)
        .where('purpose', '=', purpose)
        .where('tries', '<', MAX_TRIES)
        .returningAll()
        .execute()
      return rows.map(toCode)
    },

    async forgiveTry(id) {
      await db
        .updateTable('one_time_code')
        .set((eb) => ({ tries: eb('tries', '-', 1) }))
        .where('id', '=', id)
        .execute()
    },

    async take(id) {
      const { numDeletedRows } = await db
        .deleteFrom('one_time_code')
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows === 1n
    },

    async void(userId, codes) {
      const isVoid = db.deleteFrom('one_time_code').where('user_id', '=', userId)
      await ('purpose' in codes
        ? isVoid.where('purpose', '=', codes.purpose)
        : isVoid.where('record_key', '=', codes.recordKey)
      ).execute()
    },
  }
}

function fromCode(code: OneTimeCode): Omit<OneTimeCodeTable, 'tries'> {
  return {
    user_id: code.userId,
    purpose: code.purpose,
    record_key: code.recordKey,
    id: code.id,
    record_value: code.recordValue,
    link_hash: code.linkHash,
    typed_hash: code.typedHash,
    expires_at: code.expiresAt,
  }
}

function toCode(row: OneTimeCodeTable): OneTimeCode {
  return {
    id: row.id,
    userId: row.user_id,
    purpose: row.purpose as CodePurpose,
    recordKey: row.record_key,
    recordValue: row.record_value,
    linkHash: row.link_hash,
    typedHash: row.typed_hash,
    expiresAt: row.expires_at,
  }
}
