import { type Expression, type SqlBool, sql } from 'kysely'
import type { SqlDialect, SqlValueType } from '../sql/engine.ts'

/** PostgreSQL gives members of JSON as text; what is not of the wanted type is NULL. */
export const postgresDialect: SqlDialect = {
  field(path, type) {
    const member = sql`(record.fields::jsonb #> array[${sql.join(path)}]::text[])`
    return typedMember(member, type)
  },

  boolean: (value) => value,

  // Bytes decide the order, as they do in SQLite, and not a locale of the machine.
  like: (text, pattern) => sql<SqlBool>`${text} like ${pattern}`,

  lower: (text) => sql`lower(${text})`,

  accessAllows(userId, roles) {
    const entries = [sql`entry ->> 'public' = 'true'`]
    if (userId !== undefined) entries.push(sql`entry ->> 'user_id' = ${userId}`)
    if (roles.length > 0) entries.push(sql`entry ->> 'role' in (${sql.join(roles)})`)
    return sql<SqlBool>`(record.access is null or exists
      (select 1 from jsonb_array_elements(record.access::jsonb) as entry
       where ${sql.join(entries, sql` or `)}))`
  },
}

function typedMember(member: Expression<unknown>, type: SqlValueType): Expression<unknown> {
  const text = sql`(${member} #>> '{}')`
  switch (type) {
    case 'number':
      return sql`(case when jsonb_typeof(${member}) = 'number'
        then ${text}::double precision end)`
    case 'boolean':
      return sql`(case when jsonb_typeof(${member}) = 'boolean' then ${text}::boolean end)`
    case 'text':
      return sql`(${text} collate "C")`
  }
}
