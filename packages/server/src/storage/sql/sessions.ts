import type { Kysely } from 'kysely'
import type { Dialect } from '../../users/user.ts'
import type { Session, SessionStore, User } from '../storage.ts'
import { compiledOnce, runCompiledOnce } from './compiled.ts'
import type { SqlEngine } from './engine.ts'
import { inStatements } from './in-statements.ts'
import { toUser, userColumns } from './rows.ts'
import type { Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

export function createSessionStore(db: Kysely<Tables>, { lookUp }: SqlEngine): SessionStore {
  return {
    async insert({ tokenHash, userId, dialect, createdAt, lastSeenAt }) {
      await insertSession(db, tokenHash, userId, dialect, createdAt, lastSeenAt)
    },

    find: async (tokenHash) => lookUp(selectSession(db, tokenHash), toSessionUser, { keep: true }),

    async delete(tokenHash) {
      await db.deleteFrom('session').where('token_hash', '=', tokenHash).execute()
    },

    async deleteAllOfUser(userId) {
      await db.deleteFrom('session').where('user_id', '=', userId).execute()
    },

    async countOfUser(userId) {
      const { count } = await db
        .selectFrom('session')
        .where('user_id', '=', userId)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
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

const insertSession = runCompiledOnce(
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

/** The look-up that every request with an opaque token makes. */
const selectSession = compiledOnce((db, tokenHash: string) =>
  selectUser(db)
    .innerJoin('session', 'session.user_id', 'account.id')
    .select([
      'session.token_hash',
      'session.dialect',
      'session.created_at as opened_at',
      'session.last_seen_at as session_seen_at',
    ])
    .where('session.token_hash', '=', tokenHash),
)

type SessionValues = [tokenHash: string, dialect: Dialect, createdAt: number, lastSeenAt: number]

function toSessionUser(values: unknown[]): User & { session: Session } {
  const user = toUser(values)
  const [tokenHash, dialect, createdAt, lastSeenAt] = values.slice(
    userColumns.length,
  ) as SessionValues
  const session = { tokenHash, userId: user.account.id, dialect, createdAt, lastSeenAt }
  return { ...user, session }
}
