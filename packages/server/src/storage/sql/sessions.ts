import type { CompiledQuery, Kysely } from 'kysely'
import type { Dialect } from '../../users/user.ts'
import type { Session, SessionStore, User } from '../storage.ts'
import { compiledOnce } from './compiled.ts'
import type { SqlEngine } from './engine.ts'
import { inStatements } from './in-statements.ts'
import { toUserFromValues, userColumns } from './rows.ts'
import type { Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

/** `findByToken` comes from `compileFindSession`; it is made once and used by every store. */
export function createSessionStore(
  db: Kysely<Tables>,
  engine: SqlEngine,
  findByToken: CompiledQuery,
): SessionStore {
  const constants = findByToken.parameters.slice(0, -1)
  return {
    async insert({ tokenHash, userId, dialect, createdAt, lastSeenAt }) {
      await insertSession(db, tokenHash, userId, dialect, createdAt, lastSeenAt)
    },

    async find(tokenHash) {
      const found = await engine.lookUp(findByToken, [...constants, tokenHash], toSessionUser)
      return found && { ...found, session: { ...found.session, tokenHash } }
    },

    async delete(tokenHash) {
      await db.deleteFrom('session').where('token_hash', '=', tokenHash).execute()
    },

    async deleteAllOfUser(userId) {
      await db.deleteFrom('session').where('user_id', '=', userId).execute()
    },

    async markSeen(tokenHashes, time) {
      for (const some of inStatements(tokenHashes)) {
        await db
          .updateTable('session')
          .set({ last_seen_at: time })
          .where('token_hash', 'in', some)
          .where('last_seen_at', '<', time)
          .execute()
      }
    },
  }
}

const insertSession = compiledOnce(
  (
    db,
    tokenHash: string,
    userId: string,
    dialect: Dialect,
    createdAt: number,
    lastSeenAt: number,
  ) =>
    db.insertInto('session').values({
      token_hash: tokenHash,
      user_id: userId,
      dialect,
      created_at: createdAt,
      last_seen_at: lastSeenAt,
    }),
)

function toSessionUser(values: unknown[]): User & { session: Omit<Session, 'tokenHash'> } {
  const user = toUserFromValues(values)
  const [dialect, createdAt, lastSeenAt] = values.slice(userColumns.length) as SessionValues
  return { ...user, session: { userId: user.account.id, dialect, createdAt, lastSeenAt } }
}

type SessionValues = [dialect: Dialect, createdAt: number, lastSeenAt: number]

/** The look-up that every request with an opaque token makes; its last parameter is the hash. */
export function compileFindSession(db: Kysely<Tables>): CompiledQuery {
  return selectUser(db)
    .innerJoin('session', 'session.user_id', 'account.id')
    .select(['session.dialect', 'session.created_at', 'session.last_seen_at'])
    .where('session.token_hash', '=', '')
    .compile()
}
