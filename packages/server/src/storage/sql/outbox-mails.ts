import { type Kysely, sql } from 'kysely'
import type { OutboxCounts, OutboxMail, OutboxStore } from '../storage.ts'
import type { SqlDialect } from './engine.ts'
import type { OutboxMailTable, Tables } from './schema.ts'

export function createOutboxStore(
  db: Kysely<Tables>,
  { passOverTaken = sql`` }: SqlDialect,
): OutboxStore {
  const selectDue = (now: number) =>
    db
      .selectFrom('outbox_mail')
      .select('id')
      .where('failed_at', 'is', null)
      .where('due_at', '<=', now)
      .limit(1)

  return {
    async add(mail) {
      const { id, kind, recipient, languages, facts, createdAt, expiresAt } = mail
      await db
        .insertInto('outbox_mail')
        .values({
          id,
          kind,
          recipient,
          languages,
          facts: JSON.stringify(facts),
          created_at: createdAt,
          due_at: createdAt,
          expires_at: expiresAt,
          attempts: 0,
          failed_at: null,
        })
        .execute()
    },

    async isDue(now) {
      return (await selectDue(now).executeTakeFirst()) !== undefined
    },

    async claim(now, leaseEndsAt) {
      const row = await db
        .updateTable('outbox_mail')
        .set((eb) => ({ due_at: leaseEndsAt, attempts: eb('attempts', '+', 1) }))
        .where('id', '=', selectDue(now).orderBy('due_at').modifyEnd(passOverTaken))
        // Again, since a process that had to wait for another one's claim looks at this only.
        .where('due_at', '<=', now)
        .returningAll()
        .executeTakeFirst()
      return row && { ...toMail(row), attempts: row.attempts }
    },

    async delete(id) {
      await db.deleteFrom('outbox_mail').where('id', '=', id).execute()
    },

    async retry(id, dueAt) {
      await db.updateTable('outbox_mail').set({ due_at: dueAt }).where('id', '=', id).execute()
    },

    async fail(id, now) {
      await db
        .updateTable('outbox_mail')
        .set({ failed_at: now, facts: '{}' })
        .where('id', '=', id)
        .execute()
    },

    async newest(limit, now) {
      const rows = await db
        .selectFrom('outbox_mail')
        .selectAll()
        .where('failed_at', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toMail)
    },

    counts: (now) => countMails(db, now),

    async prune(time) {
      await db.deleteFrom('outbox_mail').where('expires_at', '<', time).execute()
    },
  }
}

/** The state of the outbox at this time. */
export async function countMails(db: Kysely<Tables>, now: number): Promise<OutboxCounts> {
  const { pending, retried, failed, oldest } = await db
    .selectFrom('outbox_mail')
    .select(({ fn }) => [
      sql<number>`count(case when failed_at is null then 1 end)`.as('pending'),
      sql<number>`count(case when failed_at is null and attempts > 0 then 1 end)`.as('retried'),
      fn.count<number>('failed_at').as('failed'),
      sql<number | null>`min(case when failed_at is null then created_at end)`.as('oldest'),
    ])
    .executeTakeFirstOrThrow()
  return { pending, retried, failed, oldestPendingMs: Math.max(0, now - (oldest ?? now)) }
}

function toMail(row: OutboxMailTable): OutboxMail {
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    languages: row.languages,
    facts: JSON.parse(row.facts) as OutboxMail['facts'],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}
