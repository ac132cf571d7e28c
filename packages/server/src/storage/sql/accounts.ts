import type { ExpressionBuilder, Kysely } from 'kysely'
import type { AccountStore, EndReason } from '../storage.ts'
import { runCompiledOnce, runCompiledWithRow } from './compiled.ts'
import { endSessionsWhere } from './end-sessions.ts'
import { inStatements } from './in-statements.ts'
import { createOneTimeCodeStore } from './one-time-codes.ts'
import { fromAccount, toUser, valuesOf } from './rows.ts'
import type { AccountTable, Tables } from './schema.ts'
import { selectUser } from './select-user.ts'

export function createAccountStore(db: Kysely<Tables>): AccountStore {
  return {
    async insert(account) {
      await insertAccount(db, fromAccount(account))
    },

    async find(id) {
      const row = await selectUser(db).where('account.id', '=', id).executeTakeFirst()
      return row && toUser(valuesOf(row))
    },

    async list(after, limit) {
      const rows = await selectUser(db)
        .where('account.id', '>', after)
        .orderBy('account.id')
        .limit(limit)
        .execute()
      return rows.map(valuesOf).map(toUser)
    },

    async recordLogin(id, passwordHash, now) {
      const { numAffectedRows } = await recordLogin(db, now, now, id, passwordHash)
      return numAffectedRows === 1n
    },

    async changePassword(id, oldHash, newHash, now) {
      const { numUpdatedRows } = await db
        .updateTable('account')
        .set((eb) => ({
          password_hash: newHash,
          password_changed_at: now,
          ...nextTokenVersion(eb, 'passwordChanged'),
        }))
        .where('id', '=', id)
        .where('password_hash', '=', oldHash)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) return false
      await voidResetCodes(db, id)
      return true
    },

    async setFirstPassword(id, hash, now) {
      const { numUpdatedRows } = await db
        .updateTable('account')
        .set({ password_hash: hash, password_changed_at: now })
        .where('id', '=', id)
        .where('password_hash', 'is', null)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async setPassword(id, newHash, now) {
      await db
        .updateTable('account')
        .set((eb) => ({
          password_hash: newHash,
          password_changed_at: now,
          ...nextTokenVersion(eb, 'passwordReset'),
        }))
        .where('id', '=', id)
        .execute()
      await voidResetCodes(db, id)
    },

    async setDisabled(id, { disabled, disabledMessage, disabledUntil }) {
      await db
        .updateTable('account')
        .set({
          disabled: disabled ? 1 : 0,
          disabled_message: disabledMessage,
          disabled_until: disabledUntil,
        })
        .where('id', '=', id)
        .execute()
    },

    async markLogin(id, now) {
      await db
        .updateTable('account')
        .set({ last_login_at: now, last_seen_at: now })
        .where('id', '=', id)
        .execute()
    },

    async replacePasswordHash(id, oldHash, newHash) {
      const { numUpdatedRows } = await db
        .updateTable('account')
        .set({ password_hash: newHash })
        .where('id', '=', id)
        .where('password_hash', '=', oldHash)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },

    async setRoles(id, roles) {
      await db
        .updateTable('account')
        .set({ roles: JSON.stringify(roles) })
        .where('id', '=', id)
        .execute()
    },

    async endTokens(id, reason) {
      await db
        .updateTable('account')
        .set((eb) => nextTokenVersion(eb, reason))
        .where('id', '=', id)
        .execute()
    },

    async endOfTokens(id) {
      const row = await db
        .selectFrom('account')
        .select('tokens_ended')
        .where('id', '=', id)
        .executeTakeFirst()
      return (row?.tokens_ended ?? undefined) as EndReason | undefined
    },

    async endSessionsOfAll(now) {
      const withPassword = db
        .selectFrom('account')
        .select('id')
        .where('password_hash', 'is not', null)
      await endSessionsWhere(db, (eb) => eb('user_id', 'in', withPassword), 'revoked', now)
      await db
        .updateTable('account')
        .set((eb) => nextTokenVersion(eb, 'revoked'))
        .where('password_hash', 'is not', null)
        .execute()
    },

    async delete(id) {
      await db.deleteFrom('account').where('id', '=', id).execute()
    },

    async markSeen(ids, time) {
      for (const some of inStatements(ids)) {
        await db
          .updateTable('account')
          .set({ last_seen_at: time })
          .where('id', 'in', some)
          .where((eb) => eb.or([eb('last_seen_at', 'is', null), eb('last_seen_at', '<', time)]))
          .execute()
      }
    },
  }
}

function nextTokenVersion(eb: ExpressionBuilder<Tables, 'account'>, reason: EndReason) {
  return { token_version: eb('token_version', '+', 1), tokens_ended: reason }
}

const insertAccount = runCompiledWithRow((db, row: AccountTable) =>
  db.insertInto('account').values(row),
)

const recordLogin = runCompiledOnce(
  (db, lastLoginAt: number, lastSeenAt: number, id: string, passwordHash: string) =>
    db
      .updateTable('account')
      .set({ last_login_at: lastLoginAt, last_seen_at: lastSeenAt })
      .where('id', '=', id)
      .where('password_hash', '=', passwordHash),
)

function voidResetCodes(db: Kysely<Tables>, userId: string): Promise<void> {
  return createOneTimeCodeStore(db).void(userId, { purpose: 'reset_password' })
}
