import type { Random } from '../random.ts'
import type { AuthResult } from '../wire.ts'
import type { LedgerUser, UserState } from './ledger.ts'

/** One request that changes a user. */
export interface Change {
  action: string
  body: Record<string, unknown>
  /** The user afterwards, as far as it is known before the answer. */
  next: UserState
  /** The user afterwards, with what the answer tells. */
  told?(result: AuthResult, next: UserState): UserState
}

/** Makes what no other client makes. */
export interface Names {
  next(kind: string): string
}

/** Names that many users want, so that some of them must be refused. */
const WANTED = Array.from({ length: 20 }, (_, i) => `Wanted-${i}`)

/** One username in so many is wanted by others too. */
const WANTED_EVERY = 5

const NOTE_KEYS = ['a', 'b', 'c']

export function signUp(random: Random, names: Names): Change {
  const next: UserState = {
    ...newNames(random, names),
    password: names.next('password'),
    notes: {},
    liveTokens: [],
    deadTokens: [],
  }
  const { username, email, motto, password } = next
  return {
    action: 'auth:signup',
    body: { auth_data: { username, email }, password, profile: { motto } },
    next,
    told: addToken,
  }
}

/** A change of a user who exists. */
export function anyChange(user: LedgerUser, random: Random, names: Names): Change {
  return changeBy([...quickChanges, changePassword, logOut], user, random, names)
}

/** The same without a password to hash, so that the client mostly waits for the disk. */
export function quickChange(user: LedgerUser, random: Random, names: Names): Change {
  return changeBy(quickChanges, user, random, names)
}

const quickChanges = [renameByUpdate, renameBySave, saveNotes]

function changeBy(
  changes: ((parts: Parts) => Change)[],
  user: LedgerUser,
  random: Random,
  names: Names,
): Change {
  const state = user.kept!
  const [token] = state.liveTokens
  if (token === undefined) return logIn(state)
  return random.pick(changes)({ id: user.id!, state, token, random, names })
}

interface Parts {
  id: string
  state: UserState
  token: string
  random: Random
  names: Names
}

function logIn(state: UserState): Change {
  const { email, password } = state
  return {
    action: 'auth:login',
    body: { auth_data: { email }, password },
    next: state,
    told: addToken,
  }
}

/** Two names at once. */
function renameByUpdate({ id, state, token, random, names }: Parts): Change {
  const { username, email } = newNames(random, names)
  return {
    action: 'user:update',
    body: { access_token: token, _id: id, username, email },
    next: { ...state, username, email },
  }
}

/** Two names and another field at once. */
function renameBySave({ id, state, token, random, names }: Parts): Change {
  const fields = newNames(random, names)
  return {
    action: 'record:save',
    body: {
      access_token: token,
      database_id: '_public',
      records: [{ _id: `user/${id}`, ...fields }],
    },
    next: { ...state, ...fields },
  }
}

function changePassword({ state, token, random, names }: Parts): Change {
  const password = names.next('password')
  const body = { access_token: token, old_password: state.password, password }
  if (random.once(2)) return { action: 'auth:password', body, next: { ...state, password } }
  const deadTokens = [...state.deadTokens, ...state.liveTokens]
  return {
    action: 'auth:password',
    body: { ...body, invalidate: true },
    next: { ...state, password, liveTokens: [], deadTokens },
    told: addToken,
  }
}

/** Two records, both or none. */
function saveNotes({ state, token, random, names }: Parts): Change {
  const keys = new Set([random.pick(NOTE_KEYS), random.pick(NOTE_KEYS)])
  const number = random.below(1_000_000)
  const text = names.next('note')
  const records = [...keys].map((key) => ({ _id: `note/${key}`, number, text, twice: 2 * number }))
  const saved = Object.fromEntries([...keys].map((key) => [key, number]))
  return {
    action: 'record:save',
    body: { access_token: token, database_id: '_private', atomic: true, records },
    next: { ...state, notes: { ...state.notes, ...saved } },
  }
}

function logOut({ state, token }: Parts): Change {
  return {
    action: 'auth:logout',
    body: { access_token: token },
    next: {
      ...state,
      liveTokens: state.liveTokens.filter((each) => each !== token),
      deadTokens: [...state.deadTokens, token],
    },
  }
}

function newNames(random: Random, names: Names): Pick<UserState, 'username' | 'email' | 'motto'> {
  const username = random.once(WANTED_EVERY) ? random.pick(WANTED) : names.next('User')
  return { username, email: `${names.next('Mail')}@example.com`, motto: names.next('motto') }
}

function addToken(result: AuthResult, next: UserState): UserState {
  return { ...next, liveTokens: [...next.liveTokens, result.access_token] }
}
