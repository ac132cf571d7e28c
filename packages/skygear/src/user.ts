import { type Attributes, Record, type RecordClass } from './record.ts'

/** The record of a user; `Profile` types the attributes that an app adds. */
export type User<Profile extends object = object> = Record & {
  username?: string
  email?: string
} & Profile

/** Records of the users themselves. */
export const UserRecord: RecordClass = /* @__PURE__ */ Record.extend('user')

/** The user whom the server, or the storage of this SDK or an older one, describes; else null. */
export function toUser<Profile extends object>(json: unknown): User<Profile> | null {
  const attributes = Object(json) as Attributes
  const described = typeof attributes['_id'] === 'string' ? attributes : fromFlatUser(attributes)
  try {
    // Only the app knows what its users' records hold.
    return described && (UserRecord.fromJSON(described) as User<Profile>)
  } catch {
    // The id is that of another type of record.
    return null
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
