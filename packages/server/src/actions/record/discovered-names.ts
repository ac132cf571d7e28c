import type { StoredRecord } from '../../records/record.ts'
import { canonicalName } from '../../users/login-id.ts'

/** The names of a user as clients of dialect A read them. */
export type NamesOf = (
  record: StoredRecord,
  presented: Record<string, unknown>,
) => Record<string, unknown>

/**
 * Says which names a search for users by their names shows; undefined for other searches. An e-mail
 * address is shown to whoever may read it, and to whoever asked for it.
 */
export function discoveredNames(predicate: unknown): NamesOf | undefined {
  if (!Array.isArray(predicate)) return undefined
  const [op, name, wanted] = predicate as unknown[]
  if (op !== 'func' || name !== 'userDiscover') return undefined
  const { emails } = { ...(wanted as { emails?: unknown }) }
  const texts = Array.isArray(emails) ? emails.filter((email) => typeof email === 'string') : []
  const asked = new Set(texts.map(canonicalName))
  return ({ fields }, { username, email: readable }) => {
    const { email } = fields
    const isShown =
      readable !== undefined || (typeof email === 'string' && asked.has(canonicalName(email)))
    return {
      ...(username !== undefined && { _username: username }),
      ...(isShown && { _email: email }),
    }
  }
}
