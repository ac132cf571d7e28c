import { type SqlBool, sql } from 'kysely'
import type { SqlDialect } from '../sql/engine.ts'

/** SQLite's JSON functions give native values, so a field's type needs no cast. */
export const sqliteDialect: SqlDialect = {
  member(column, path) {
    const [name, ...inner] = path as [string, ...string[]]
    // A JSON path cannot name a member with a quotation mark or a backslash in it.
    if (/["\\]/.test(name)) {
      const member = sql`(select value from json_each(${column}) where key = ${name})`
      return inner.length === 0 ? member : sql`${member} ->> ${toJsonPath(inner)}`
    }
    return sql`${column} ->> ${toJsonPath(path)}`
  },

  declaredMember: (column, path) => sql`${column} ->> ${sql.lit(toJsonPath(path))}`,

  memberContains: (column, name, text) => sql<SqlBool>`exists (
    select 1 from json_each(${column}) as member, json_each(
      case when member.type in ('array', 'object') then member.value else '[]' end
    ) as item
    where member.key = ${name} and case member.type
      when 'array' then item.type = 'text' and item.atom = ${text}
      else item.key = ${text} end
  )`,

  boolean: (value) => (value ? 1 : 0),

  // GLOB heeds case; LIKE does not.
  like: (text, pattern) => sql<SqlBool>`${text} glob ${toGlob(pattern)}`,

  lower: (text) => sql`unicode_lower(${text})`,

  accessAllows(column, userId, roles) {
    const entries = [sql`value ->> 'public'`]
    if (userId !== undefined) entries.push(sql`value ->> 'user_id' = ${userId}`)
    if (roles.length > 0) entries.push(sql`value ->> 'role' in (${sql.join(roles)})`)
    return sql<SqlBool>`(${column} is null or exists
      (select 1 from json_each(${column}) where ${sql.join(entries, sql` or `)}))`
  },
}

function toJsonPath(path: string[]): string {
  return `$${path.map((name) => `."${name}"`).join('')}`
}

function toGlob(pattern: string): string {
  const wildcards: Record<string, string> = { '%': '*', _: '?' }
  return pattern.replace(/\\(.)|[%_*?[]/gs, (part, escaped?: string) => {
    const literal = escaped ?? part
    if (escaped === undefined && wildcards[part]) return wildcards[part]
    return /[*?[]/.test(literal) ? `[${literal}]` : literal
  })
}
