import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely'
import type { EndReason } from '../storage.ts'
import type { Tables } from './schema.ts'

/**
 * Ends the sessions that meet the condition, within a transaction, and keeps why; gives how many.
 */
export async function endSessionsWhere(
  db: Kysely<Tables>,
  condition: (eb: ExpressionBuilder<Tables, 'session'>) => Expression<SqlBool>,
  reason: EndReason,
  now: number,
): Promise<number> {
  await db
    .insertInto('ended_session')
    .columns(['token_hash', 'reason', 'ended_at'])
    .expression(
      db
        .selectFrom('session')
        .where(condition)
        .select([
          'token_hash',
          sql<string>`cast(${reason} as text)`.as('reason'),
          sql<number>`cast(${now} as bigint)`.as('ended_at'),
        ]),
    )
    .execute()
  const { numDeletedRows } = await db
    .deleteFrom('session')
    .where(condition)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
