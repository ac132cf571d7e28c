import { hash, randomBytes } from 'node:crypto'
import { PUBLIC_DATABASE } from '../../packages/server/src/records/record.ts'
import { hashToken } from '../../packages/server/src/security/access-token.ts'
import { createPasswordHasher } from '../../packages/server/src/security/password.ts'
import { openStorage } from '../../packages/server/src/storage/open-storage.ts'
import { fromAccount, fromRecord } from '../../packages/server/src/storage/sql/rows.ts'
import { newAccount } from '../../packages/server/src/users/user.ts'
import { openSqliteTables, type Row, type Tables } from './tables.ts'

/** Of every seeded user. */
export const PASSWORD = 'correct horse battery staple'

/** More would be held in memory until they are written. */
const USERS_AT_ONCE = 20_000

export interface SeededUser {
  id: string
  username: string
  email: string
  /** Of an open session. */
  token: string
}

/** The user who was seeded as the nth, in whatever database: all of it follows from the number. */
export function seededUser(n: number): SeededUser {
  const digest = hash('sha256', `user ${n}`)
  const id = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`
  const username = `user-${id.slice(0, 13)}`
  const token = hash('sha256', `token ${n}`, 'base64url')
  return { id, username, email: `${username}@example.com`, token }
}

/** Seeds the SQLite database that a server has in this folder, and gives the users. */
export async function seedFolder(dataDirectory: string, count: number): Promise<SeededUser[]> {
  const tables = await openFolder(dataDirectory)
  await seedUsers(tables, count, await createPasswordHasher().hash(PASSWORD))
  await tables.settle()
  await tables.close()
  return Array.from({ length: count }, (_, n) => seededUser(n))
}

/** Opens the tables of the SQLite database that a server has in this folder, or will have. */
export async function openFolder(dataDirectory: string): Promise<Tables> {
  const file = `${dataDirectory}/skygear.db`
  await makeTables(`sqlite:${file}`)
  return openSqliteTables(file)
}

/** Makes the tables of a server in an empty database. */
export async function makeTables(databaseUrl: string): Promise<void> {
  const storage = await openStorage(databaseUrl)
  await storage.close()
}

/** Writes users, each with a username, an e-mail address and a session. */
export async function seedUsers(
  tables: Tables,
  count: number,
  passwordHash: string,
): Promise<void> {
  for (let from = 0; from < count; from += USERS_AT_ONCE) {
    const length = Math.min(USERS_AT_ONCE, count - from)
    const users = Array.from({ length }, (_, n) => seededUser(from + n))
    const now = Date.now()
    const seen = (n: number) => lastSeenAt(from + n, now)
    const accounts = users.map(({ id }, n) => {
      return fromAccount({ ...newAccount(id, passwordHash, [], now), lastSeenAt: seen(n) })
    })
    await tables.insert('account', accounts as unknown as Row[])
    await tables.insert(
      'record',
      users.map((user) => recordOf(user, now)),
    )
    await tables.insert('login_id', users.flatMap(loginIdsOf))
    await tables.insert(
      'session',
      users.map(({ id, token }, n) => ({
        ...sessionOf(id, token, now),
        last_seen_at: seen(n),
      })),
    )
  }
}

/**
 * Users with an even number seem to have been here within the last minute, whenever the bench runs;
 * the others come back after long, which the server notes in the database.
 */
function lastSeenAt(n: number, now: number): number {
  return n % 2 === 0 ? now + 10 * YEAR_MS : now - HOUR_MS
}

const HOUR_MS = 3_600_000
const YEAR_MS = 365 * 24 * HOUR_MS

/** Opens further sessions of these users, and gives their tokens. */
export async function seedSessions(
  tables: Tables,
  users: SeededUser[],
  count: number,
): Promise<string[]> {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
  const now = Date.now()
  const ownerOf = (n: number) => users[n % users.length]!.id
  await tables.insert(
    'session',
    tokens.map((token, n) => sessionOf(ownerOf(n), token, now)),
  )
  return tokens
}

function recordOf({ id, username, email }: SeededUser, now: number): Row {
  const authorship = { ownerId: id, createdAt: now, createdBy: id, updatedAt: now, updatedBy: id }
  const place = { databaseId: PUBLIC_DATABASE, type: 'user', key: id, access: null }
  return { ...fromRecord({ ...place, ...authorship, fields: { username, email } }) }
}

function loginIdsOf({ id, username, email }: SeededUser): Row[] {
  return Object.entries({ username, email }).map(([group, canonical]) => {
    return { key_group: group, canonical, user_id: id }
  })
}

function sessionOf(userId: string, token: string, now: number): Row {
  return {
    token_hash: hashToken(token),
    user_id: userId,
    dialect: 'B',
    created_at: now,
    last_seen_at: now,
  }
}
