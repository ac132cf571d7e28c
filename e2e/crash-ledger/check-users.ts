import type { HttpAnswer } from '../send-request.ts'
import { authResultOf, call, errorOf, recordsOf, type Server } from '../wire.ts'
import type { Ledger, LedgerUser, UserState } from './ledger.ts'

/** Users looked at together: as many as hash passwords without waiting for each other. */
const AT_ONCE = 4

/**
 * Compares these users with what the server says of them: each is as it was acknowledged or, when
 * a change is in doubt, as it is with all of the change. From then on the ledger knows which.
 */
export async function checkUsers(
  server: Server,
  ledger: Ledger,
  users: LedgerUser[],
): Promise<void> {
  await eachAtOnce(users, (user) => settle(server, ledger, user))
}

/** Checks that these names lead to the users who have them, and the others to nobody. */
export async function checkNames(
  server: Server,
  ledger: Ledger,
  names: Iterable<string>,
): Promise<void> {
  const owners = new Map<string, LedgerUser>()
  for (const user of ledger.users) {
    if (!user.kept) continue
    for (const name of [user.kept.username, user.kept.email]) {
      if (owners.has(name)) ledger.fault('a name has two owners', name)
      owners.set(name, user)
    }
  }
  await eachAtOnce([...names], async (name) => {
    const owner = owners.get(name)
    const answer = await logIn(server, name, owner?.kept?.password ?? 'of nobody')
    const found = answer.status === 200 ? authResultOf(answer).user_id : errorOf(answer)?.code
    const expected = owner ? owner.id : NOT_FOUND
    if (found !== expected) ledger.fault('a name leads elsewhere', name, { expected, found })
  })
}

const NOT_FOUND = 110
const WRONG_PASSWORD = 105
const DEAD_TOKEN = 104

async function settle(server: Server, ledger: Ledger, user: LedgerUser): Promise<void> {
  const { kept, doubtful } = user
  const before = kept
    ? await differences(server, user, kept, doubtful)
    : await remains(server, doubtful)
  if (before.length === 0) {
    if (doubtful) ledger.foundUndone += 1
    user.doubtful = undefined
    user.isTouched = false
    if (!kept) ledger.users.splice(ledger.users.indexOf(user), 1)
    return
  }
  const after = doubtful ? await differences(server, user, doubtful, kept) : ['no change was sent']
  if (after.length > 0) {
    ledger.fault('a user is neither as before nor as after', (kept ?? doubtful)?.username, {
      before,
      after,
    })
    return
  }
  ledger.foundDone += 1
  user.kept = doubtful
  user.doubtful = undefined
  user.isTouched = false
}

/** What the server says of a user that this state does not. `other`: the state that is not. */
async function differences(
  server: Server,
  user: LedgerUser,
  state: UserState,
  other: UserState | undefined,
): Promise<string[]> {
  const { username, email, motto, password } = state
  const byUsername = await logIn(server, username, password)
  if (byUsername.status !== 200) return [`log-in by username: ${told(byUsername)}`]
  const { user_id: id, access_token: token, profile } = authResultOf(byUsername)
  user.id ??= id
  const found: string[] = []
  const compare = (what: string, seen: unknown, expected: unknown) => {
    if (seen !== expected) found.push(`${what}: ${String(seen)} instead of ${String(expected)}`)
  }
  compare('id', id, user.id)
  compare('username', profile['username'], username)
  compare('email', profile['email'], email)
  compare('motto', profile['motto'], motto)
  const byEmail = await logIn(server, email, password)
  compare('id by email', byEmail.status === 200 ? authResultOf(byEmail).user_id : 0, user.id)
  if (other && other.password !== password) {
    const byOther = await logIn(server, email, other.password)
    compare('the other password', errorOf(byOther)?.code, WRONG_PASSWORD)
  }
  for (const live of state.liveTokens) {
    const me = await call(server, 'me', { access_token: live })
    compare('a live token', me.status === 200 ? authResultOf(me).user_id : told(me), user.id)
  }
  for (const dead of state.deadTokens.slice(-DEAD_TOKENS)) {
    const me = await call(server, 'me', { access_token: dead })
    compare('a dead token', errorOf(me)?.code, DEAD_TOKEN)
  }
  compare('notes', JSON.stringify(await notesOf(server, token)), notesText(state))
  return found
}

/** More of a user's dead tokens than one change makes are not looked at again. */
const DEAD_TOKENS = 5

/** What is there of a sign-up that was not done. */
async function remains(server: Server, state: UserState | undefined): Promise<string[]> {
  if (!state) return []
  const found: string[] = []
  for (const name of [state.username, state.email]) {
    const answer = await logIn(server, name, state.password)
    const code = errorOf(answer)?.code
    // A wanted name may be another user's by now.
    const isTaken = code === WRONG_PASSWORD && name.startsWith('Wanted')
    if (code !== NOT_FOUND && !isTaken) found.push(`${name}: ${told(answer)}`)
  }
  return found
}

function notesText({ notes }: UserState): string {
  const sorted = Object.entries(notes).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(sorted.map(([key, number]) => [key, number, 2 * number]))
}

async function notesOf(server: Server, token: string): Promise<unknown> {
  const answer = await call(server, 'record:query', {
    access_token: token,
    database_id: '_private',
    record_type: 'note',
    sort: [[{ $type: 'keypath', $val: '_id' }, 'asc']],
  })
  if (answer.status !== 200) return told(answer)
  return recordsOf(answer).map(({ _id, number, twice }) => [
    String(_id).replace('note/', ''),
    number,
    twice,
  ])
}

function logIn(server: Server, name: string, password: string): Promise<HttpAnswer> {
  const key = name.includes('@') ? 'email' : 'username'
  return call(server, 'auth:login', { auth_data: { [key]: name }, password })
}

function told(answer: HttpAnswer): string {
  return `${answer.status} ${errorOf(answer)?.name ?? ''}`.trim()
}

async function eachAtOnce<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of left) await work(item)
    }),
  )
}
