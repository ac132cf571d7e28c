import type { CompiledQuery, Kysely } from 'kysely'
import type { Dialect } from '../../users/user.ts'
import type { SessionStore } from '../storage.ts'
import type { SqlEngine } from './engine.ts'
import { toUser, type UserRow } from './rows.ts'
import type { Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

type SessionRow = UserRow & {
  session_dialect: string
  session_created_at: number
  session_last_seen_at: number
}

/** `findByToken` comes from `compileFindSession`; it is made once and used by every store. */
export function createSessionStore(
  db: Kysely<Tables>,
  engine: SqlEngine,
  findByToken: CompiledQuery<SessionRow>,
): SessionStore {
  const constants = findByToken.parameters.slice(0, -1)
  return {
    async insert(session) {
      await db
        .insertInto('session')
        .values({
          token_hash: session.tokenHash,
          user_id: session.userId,
          dialect: session.dialect,
          created_at: session.createdAt,
          last_seen_at: session.lastSeenAt,
        })
        .execute()
    },

    async find(tokenHash) {
      const row = await engine.lookUp(findByToken, [...constants, tokenHash])
      if (!row) return undefined
      const session = {
        tokenHash,
        userId: row.id,
        dialect: row.session_dialect as Dialect,
        createdAt: row.session_created_at,
        lastSeenAt: row.session_last_seen_at,
      }
      return { ...toUser(row), session }
    },

    async delete(tokenHash) {
      await db.deleteFrom('session').where('token_hash', '=', tokenHash).execute()
    },

    async deleteAllOfUser(userId) {
      await db.deleteFrom('session').where('user_id', '=', userId).execute()
    },

    async markSeen(times) {
      for (const [tokenHash, time] of times) {
        await db
          .updateTable('session')
          .set({ last_seen_at: time })
          .where('token_hash', '=', tokenHash)
          .where('last_seen_at', '<', time)
          .execute()
      }
    },
  }
}

/** The look-up that every request with an opaque token makes; its last parameter is the hash. */
export function compileFindSession(db: Kysely<Tables>): CompiledQuery<SessionRow> {
  return selectUser(db)
    .innerJoin('session', 'session.user_id', 'account.id')
    .select([
      'session.dialect as session_dialect',
      'session.created_at as session_created_at',
      'session.last_seen_at as session_last_seen_at',
    ])
    .where('session.token_hash', '=', '')
    .compile()
}
