import type { User } from '../../storage/storage.ts'
import { isDisabled } from '../../users/user.ts'

/** A user as programs read it; names as on the wire, absent when there is nothing to say. */
export function userAsJson(
  { account, record }: User,
  { authRecordKeys }: { authRecordKeys: string[][] },
): Record<string, unknown> {
  return {
    user_id: account.id,
    ...namesOf(record.fields, authRecordKeys),
    roles: account.roles,
    has_password: account.passwordHash !== null,
    disabled: isDisabled(account, Date.now()),
    ...(account.disabledMessage !== null && { disabled_message: account.disabledMessage }),
    ...(account.disabledUntil !== null && { disabled_until: isoTime(account.disabledUntil) }),
    created_at: isoTime(record.createdAt),
    ...(account.lastLoginAt !== null && { last_login_at: isoTime(account.lastLoginAt) }),
    ...(account.lastSeenAt !== null && { last_seen_at: isoTime(account.lastSeenAt) }),
  }
}

/** Rows of cells as columns, for people. */
export function table(rows: unknown[][]): string {
  const texts = rows.map((row) => row.map(printable))
  const widths = texts.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(cell.length, widest[i] ?? 0)),
    [],
  )
  return texts
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function namesOf(fields: Record<string, unknown>, keys: string[][]): Record<string, unknown> {
  const present = [...new Set(['username', 'email', ...keys.flat()])].filter(
    (name) => fields[name] !== null && fields[name] !== undefined,
  )
  return Object.fromEntries(present.map((name) => [name, fields[name]]))
}

/** Whatever users have written must not steer the terminal. */
function printable(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.replace(/\p{Cc}/gu, '\u{FFFD}')
}

function isoTime(time: number): string {
  return new Date(time).toISOString()
}
