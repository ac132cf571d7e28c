import type { Attributes } from './base-record.ts'

/** What every user's record may hold. */
export interface UserFields {
  username?: string
  email?: string
}

/**
 * Reads the user whom the server, or the storage of this SDK or an older one, describes, by the
 * given function for records. Null when it describes none.
 */
export function readUserBy<Account>(
  readRecord: (json: Attributes) => Account,
): (json: unknown) => Account | null {
  return (json) => {
    const attributes = Object(json) as Attributes
    const described = typeof attributes['_id'] === 'string' ? attributes : fromFlatUser(attributes)
    try {
      return described && readRecord(described)
    } catch {
      // The id is that of another type of record.
      return null
    }
  }
}

/** What the SDK and server up to 1.0 knew of a user: no record, but its login ids beside its id. */
function fromFlatUser(json: Attributes): Attributes | null {
  const { user_id } = json
  if (typeof user_id !== 'string') return null
  const attributes: Attributes = { _id: `user/${user_id}` }
  for (const name of ['username', 'email']) if (json[name]) attributes[name] = json[name]
  return attributes
}
