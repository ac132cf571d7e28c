import { type Expression, type SqlBool, sql } from 'kysely'
import type { SqlDialect, SqlValueType } from '../sql/engine.ts'

/** PostgreSQL gives members of JSON as text; what is not of the wanted type is NULL. */
export const postgresDialect: SqlDialect = {
  member(column, path, type) {
    return typedMember(sql`(${column}::jsonb #> array[${sql.join(path)}]::text[])`, type)
  },

  declaredMember(column, path, type) {
    const names = sql.join(path.map((name) => sql.lit(name)))
    return typedMember(sql`(${column}::jsonb #> array[${names}]::text[])`, type)
  },

  memberContains: (column, name, text) => sql<SqlBool>`coalesce(
    jsonb_typeof(${column}::jsonb -> ${name}) in ('array', 'object')
      and (${column}::jsonb -> ${name}) ? ${text}, false)`,

  boolean: (value) => value,

  // Bytes decide the order, as they do in SQLite, and not a locale of the machine.
  like: (text, pattern) => sql<SqlBool>`${text} like ${completed(pattern)}`,

  // By ICU, which knows all of Unicode; the locale of the database may know ASCII only.
  lower: (text) => sql`lower(${text} collate "und-x-icu")`,

  accessAllows(column, userId, roles) {
    const entries = [sql`entry ->> 'public' = 'true'`]
    if (userId !== undefined) entries.push(sql`entry ->> 'user_id' = ${userId}`)
    if (roles.length > 0) entries.push(sql`entry ->> 'role' in (${sql.join(roles)})`)
    return sql<SqlBool>`(${column} is null or exists
      (select 1 from jsonb_array_elements(${column}::jsonb) as entries (entry)
       where ${sql.join(entries, sql` or `)}))`
  },

  passOverTaken: sql`for update skip locked`,

  // What it knows of the values of a partial index does not count.
  statistics: {
    create: (name, value) => sql`create statistics if not exists ${name} on (${value}) from record`,
    drop: (name) => sql`drop statistics if exists ${name}`,
  },

  allowLongStatement: sql`set local statement_timeout = 0`,
}

/** A backslash with nothing after it to be escaped stands for itself; to PostgreSQL it is an error. */
function completed(pattern: string): string {
  return pattern.replace(/\\./gs, '').endsWith('\\') ? `${pattern}\\` : pattern
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
