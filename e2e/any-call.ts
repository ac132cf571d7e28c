import fc from 'fast-check'
import { actions } from '../packages/server/src/actions/index.ts'

/** Whose key or token a call carries. */
export type Caller = 'key' | 'master key' | 'user' | 'nobody'

export interface AnyCall {
  action: string
  caller: Caller
  /** The members of the request's body. */
  members: Record<string, unknown>
}

/** Stands for the id of a user who exists; to be replaced before the call is sent. */
export const OWN_ID = 'own-id'

const MEMBERS = [
  ...['auth_data', 'password', 'old_password', 'profile', 'provider', 'provider_auth_data'],
  ...['username', 'email', 'auth_id', 'disabled', 'expiry', 'roles', 'users', '_user_id', '_id'],
  ...['database_id', 'ids', 'atomic', 'record_type', 'include', 'args', 'invalidate', 'message'],
  ...['limit', 'offset', 'count', 'desired_keys', 'emails', 'usernames'],
]

const word = fc.constantFrom(
  ...['user', 'username', 'email', 'amy', 'secret-1', '_id', '_access', '_created_at', '_ownerID'],
  ...['_public', '_private', '_union', '$type', '$val', '$date', '$id', 'date', 'ref', 'keypath'],
  ...['geo', 'seq', 'unknown', 'public', 'level', 'read', 'write', 'role', 'user_id', OWN_ID],
  ...[`user/${OWN_ID}`, 'note/1', 'user', '/', '_auth/1', '__proto__', 'a.b', 'a?', '%', ''],
)

const name = fc.oneof(word, fc.string({ unit: 'binary', maxLength: 8 }))

const literal = fc.oneof(
  fc.constantFrom(null, true, false, 0, -1, -0, 1.5, 1e308, Number.MAX_SAFE_INTEGER),
  name,
)

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    literal,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}))

const keypath = fc.record({ $type: fc.constant('keypath'), $val: name })

const operator = fc.constantFrom(
  ...['and', 'or', 'not', 'eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'in', 'func', ''],
)

const { predicate } = fc.letrec<{ predicate: unknown }>((tie) => ({
  predicate: fc
    .tuple(
      operator,
      fc.array(fc.oneof({ maxDepth: 4 }, keypath, value, tie('predicate')), { maxLength: 3 }),
    )
    .map(([op, operands]) => [op, ...operands]),
}))

const record = fc
  .tuple(fc.dictionary(name, value, { maxKeys: 4 }), word)
  .map(([fields, id]) => ({ ...fields, _id: id }))

const sortKey = fc.tuple(fc.oneof(keypath, value), fc.constantFrom('asc', 'desc', 'up'))

const likely = fc.record(
  {
    auth_data: fc.dictionary(fc.constantFrom('username', 'email', 'x'), literal, { maxKeys: 2 }),
    profile: fc.dictionary(name, value, { maxKeys: 4 }),
    records: fc.array(record, { maxLength: 3 }),
    ids: fc.array(word, { maxLength: 3 }),
    record_type: word,
    predicate,
    sort: fc.array(sortKey, { maxLength: 2 }),
    limit: literal,
    offset: literal,
  },
  { requiredKeys: [] },
)

const unlikely = fc.dictionary(fc.oneof(fc.constantFrom(...MEMBERS), name), value, { maxKeys: 6 })

/** Any call of any action: now with members that make sense, now with any JSON. */
export const ANY_CALL: fc.Arbitrary<AnyCall> = fc.record({
  action: fc.constantFrom(...actions.map((action): string => action.name)),
  caller: fc.constantFrom('key', 'master key', 'user', 'nobody'),
  members: fc
    .tuple(likely, unlikely)
    .map(([sense, nonsense]) => ({ ...sense, ...nonsense, api_key: null, access_token: null })),
})
