import type { Kysely } from 'kysely'
import type { Dialect } from '../../users/user.ts'
import type { EndReason, Session, SessionOrigin, SessionStore, User } from '../storage.ts'
import { compiledOnce, runCompiledOnce, runCompiledWithRow } from './compiled.ts'
import { endSessionsWhere } from './end-sessions.ts'
import type { SqlEngine } from './engine.ts'
import { inStatements } from './in-statements.ts'
import { toUser, userColumns } from './rows.ts'
import type { SessionTable, Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

/** More than a person has devices; programs that log in anew each time have more sessions. */
const MOST_LISTED = 500

export function createSessionStore(db: Kysely<Tables>, { lookUp }: SqlEngine): SessionStore {
  return {
    async insert({ tokenHash, userId, dialect, createdAt, lastSeenAt, client, address }) {
      await insertSession(db, {
        token_hash: tokenHash,
        user_id: userId,
        dialect,
        created_at: createdAt,
        last_seen_at: lastSeenAt,
        client,
        address,
      })
    },

    find: async (tokenHash) => lookUp(selectSession(db, tokenHash), toSessionUser, { keep: true }),

    async ofUser(userId) {
      const rows = await db
        .selectFrom('session')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .orderBy('token_hash')
        .limit(MOST_LISTED)
        .execute()
      return rows.map(toSession)
    },

    async end(tokenHash, reason, now) {
      const { numAffectedRows } = await deleteSession(db, tokenHash)
      if (numAffectedRows !== 1n) return false
      await insertEnded(db, { token_hash: tokenHash, reason, ended_at: now })
      return true
    },

    endAllOfUser(userId, reason, now, except = '') {
      return endSessionsWhere(
        db,
        (eb) => eb.and([eb('user_id', '=', userId), eb('token_hash', '!=', except)]),
        reason,
        now,
      )
    },

    async countOfUser(userId) {
      const { count } = await db
        .selectFrom('session')
        .where('user_id', '=', userId)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return Number(count)
    },

    endOf: async (tokenHash) =>
      lookUp(selectEnded(db, tokenHash), ([reason]) => reason as EndReason),

    async forgetEnded(before, most) {
      const { numDeletedRows } = await db
        .deleteFrom('ended_session')
        .where('token_hash', 'in', (eb) =>
          eb
            .selectFrom('ended_session')
            .select('token_hash')
            .where('ended_at', '<', before)
            .orderBy('ended_at')
            .limit(most),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
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

const insertSession = runCompiledWithRow((db, row: SessionTable) =>
  db.insertInto('session').values(row),
)

const deleteSession = runCompiledOnce((db, tokenHash: string) =>
  db.deleteFrom('session').where('token_hash', '=', tokenHash),
)

const insertEnded = runCompiledWithRow((db, row: Tables['ended_session']) =>
  db.insertInto('ended_session').values(row),
)

const selectEnded = compiledOnce((db, tokenHash: string) =>
  db.selectFrom('ended_session').select('reason').where('token_hash', '=', tokenHash),
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

function toSession(row: SessionTable): Session & SessionOrigin {
  return {
    tokenHash: row.token_hash,
    userId: row.user_id,
    dialect: row.dialect as Dialect,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    client: row.client,
    address: row.address,
  }
}
