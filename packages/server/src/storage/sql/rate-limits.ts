import { type Kysely, sql } from 'kysely'
import type { Counter, RateLimitStore } from '../storage.ts'
import { runKept } from './compiled.ts'
import type { Tables } from './schema.ts'

/** Waits double from the first one, ten times, and are never longer than the longest. */
const FIRST_WAIT_MS = sql.lit(1_000)
const LONGEST_WAIT_MS = sql.lit(900_000)
const DOUBLINGS = sql.lit(10)

/** How long a counter is remembered once its waits have begun. */
const WAITING_MS = sql.lit(30 * 86_400_000)

/** Statements differ only in how many limits an action has. */
export function createRateLimitStore(db: Kysely<Tables>): RateLimitStore {
  return {
    async find(keys, now) {
      const select = db
        .selectFrom('rate_limit')
        .select(['key', 'count', 'free_at'])
        .where('key', 'in', keys)
        .where('resets_at', '>', now)
      const { rows } = await runKept(db, select.compile())
      return new Map(rows.map(({ key, count, free_at: freeAt }) => [key, { count, freeAt }]))
    },

    async count(counters, now) {
      const statement = sql<{ key: string }>`
        insert into rate_limit (key, count, resets_at, most, closes_at, free_at)
        values ${inOrder(counters.map((counter) => firstRow(counter, now)))}
        on conflict (key) do update set ${countedUp(now)}
        where rate_limit.free_at <= ${now}
        returning key`
      const { rows } = await runKept(db, statement.compile(db))
      return new Set(rows.map(({ key }) => key))
    },

    async release({ counted = [], forgotten = [], remembered }, now) {
      const rows = [
        ...counted.map((key) => [key, -1, now]),
        ...forgotten.map((key) => [key, 0, now]),
        ...(remembered ? [[remembered.key, 1, remembered.until]] : []),
      ]
      const statement = sql`
        insert into rate_limit (key, count, resets_at)
        values ${inOrder(rows)}
        on conflict (key) do update set
          count = case
            when excluded.count >= 0 then excluded.count
            when rate_limit.count > 0 then rate_limit.count - 1
            else 0
          end,
          resets_at = case
            when excluded.count >= 0 then excluded.resets_at
            else rate_limit.resets_at
          end,
          free_at = 0`
      await runKept(db, statement.compile(db))
    },

    async prune(now) {
      await db.deleteFrom('rate_limit').where('resets_at', '<=', now).execute()
    },
  }
}

/** In one order, so that no two processes wait for each other. */
function inOrder(rows: unknown[][]) {
  const sorted = rows.toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return sql.join(sorted.map((row) => sql`(${sql.join(row)})`))
}

function firstRow({ key, most, closesAt, periodMs }: Counter, now: number): unknown[] {
  const resetsAt = now + periodMs
  return [key, 1, resetsAt, most, closesAt, closesAt > 1 ? 0 : resetsAt]
}

/** One statement looks and counts, so that of many at the same time no more than `most` are let through. */
function countedUp(now: number) {
  const time = sql`cast(${now} as bigint)`
  const count = sql`case when rate_limit.resets_at <= ${time} then 1 else rate_limit.count + 1 end`
  const resetsAt = sql`case
    when rate_limit.resets_at <= ${time} then excluded.resets_at
    when excluded.closes_at = excluded.most then rate_limit.resets_at
    when rate_limit.count + 1 >= excluded.most then ${time} + ${WAITING_MS}
    else excluded.resets_at
  end`
  const freeAt = sql`case
    when (${count}) < excluded.most then 0
    when (${count}) >= excluded.closes_at then (${resetsAt})
    when (${count}) >= excluded.most + ${DOUBLINGS} then ${time} + ${LONGEST_WAIT_MS}
    else ${time} + (${FIRST_WAIT_MS} << cast((${count}) - excluded.most as integer))
  end`
  return sql`count = ${count}, resets_at = ${resetsAt}, free_at = ${freeAt},
    most = excluded.most, closes_at = excluded.closes_at`
}
