import { type Expression, type SqlBool, sql } from 'kysely'
import type { Subject } from '../../records/access.ts'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import type { SqlDialect } from './engine.ts'

/** True for records that the subject may read: in a private database everything is its owner's. */
export function isReadableBy(
  { userId, roles }: Subject,
  dialect: SqlDialect,
  table: 'record' | 'target',
): Expression<SqlBool> {
  const allowed = [
    sql<SqlBool>`${sql.ref(`${table}.database_id`)} <> ${PUBLIC_DATABASE}`,
    dialect.accessAllows(sql.ref(`${table}.access`), userId, roles),
  ]
  if (userId !== undefined) allowed.push(sql<SqlBool>`${sql.ref(`${table}.owner_id`)} = ${userId}`)
  return sql<SqlBool>`(${sql.join(allowed, sql` or `)})`
}
