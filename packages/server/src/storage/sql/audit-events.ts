import { type Kysely, sql } from 'kysely'
import type { AuditEvent, AuditStore } from '../storage.ts'
import { runCompiledWithRow } from './compiled.ts'
import type { SqlDialect } from './engine.ts'
import { inStatements } from './in-statements.ts'
import type { AuditEventTable, Tables } from './schema.ts'

export function createAuditStore(
  db: Kysely<Tables>,
  { passOverTaken = sql`` }: SqlDialect,
): AuditStore {
  const selectDue = (now: number) =>
    db.selectFrom('audit_event').select('id').where('due_at', '<=', now)

  return {
    async add({ id, at, event, userId, actor, data, source }, dueAt) {
      await insertEvent(db, {
        id,
        at,
        event,
        user_id: userId,
        actor,
        data: JSON.stringify(data),
        source: JSON.stringify(source),
        due_at: dueAt,
      })
    },

    async list({ userId, event, since, before, limit }) {
      let query = db.selectFrom('audit_event').selectAll().orderBy('id', 'desc').limit(limit)
      if (userId !== undefined) query = query.where('user_id', '=', userId)
      if (event !== undefined) query = query.where('event', '=', event)
      if (since !== undefined) query = query.where('id', '>=', firstIdAt(since))
      if (before !== undefined) query = query.where('id', '<', before)
      return (await query.execute()).map(toEvent)
    },

    async isDue(now) {
      return (await selectDue(now).limit(1).executeTakeFirst()) !== undefined
    },

    async claim(now, leaseEndsAt, most) {
      const rows = await db
        .updateTable('audit_event')
        .set({ due_at: leaseEndsAt })
        .where('id', 'in', selectDue(now).orderBy('id').limit(most).modifyEnd(passOverTaken))
        // Again, since a process that had to wait for another one's claim looks at this only.
        .where('due_at', '<=', now)
        .returningAll()
        .execute()
      return rows.map(toEvent).sort((a, b) => (a.id < b.id ? -1 : 1))
    },

    async setDue(ids, dueAt) {
      for (const some of inStatements(ids)) {
        await db.updateTable('audit_event').set({ due_at: dueAt }).where('id', 'in', some).execute()
      }
    },

    async forget(before, most) {
      const { numDeletedRows } = await db
        .deleteFrom('audit_event')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('audit_event')
            .select('id')
            .where('id', '<', firstIdAt(before))
            .where('due_at', 'is', null)
            .orderBy('id')
            .limit(most),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

/** Ids begin with the time in twelve hexadecimal digits. */
function firstIdAt(time: number): string {
  return Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
}

const insertEvent = runCompiledWithRow((db, row: AuditEventTable) =>
  db.insertInto('audit_event').values(row),
)

function toEvent(row: AuditEventTable): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    event: row.event,
    userId: row.user_id,
    actor: row.actor,
    data: JSON.parse(row.data) as AuditEvent['data'],
    source: JSON.parse(row.source) as AuditEvent['source'],
  }
}
