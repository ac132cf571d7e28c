import { randomBytes, randomUUID } from 'node:crypto'
import { PUBLIC_DATABASE } from '../../packages/server/src/records/record.ts'
import { hashToken } from '../../packages/server/src/security/access-token.ts'
import { createPasswordHasher } from '../../packages/server/src/security/password.ts'
import { openStorage } from '../../packages/server/src/storage/open-storage.ts'
import type { Stores } from '../../packages/server/src/storage/storage.ts'
import { newAccount } from '../../packages/server/src/users/user.ts'

/** Of every seeded user. */
export const PASSWORD = 'correct horse battery staple'

/** More would be held in memory until they are written. */
const USERS_A_TRANSACTION = 10_000

export interface SeededUser {
  id: string
  username: string
  /** Of an open session. */
  token: string
}

/**
 * Writes users, each with a session, past the server: signing them up would hash every password.
 * The server may run meanwhile.
 */
export async function seedUsers(databaseUrl: string, count: number): Promise<SeededUser[]> {
  const storage = await openStorage(databaseUrl)
  const passwordHash = await createPasswordHasher().hash(PASSWORD)
  const users: SeededUser[] = []
  while (users.length < count) {
    const size = Math.min(USERS_A_TRANSACTION, count - users.length)
    await storage.transaction(async (stores) => {
      for (let left = size; left > 0; left -= 1) users.push(await seedUser(stores, passwordHash))
    })
  }
  await storage.close()
  return users
}

/** Opens further sessions of these users, and gives their tokens. */
export async function seedSessions(
  databaseUrl: string,
  users: SeededUser[],
  count: number,
): Promise<string[]> {
  const storage = await openStorage(databaseUrl)
  const tokens = await storage.transaction(async (stores) => {
    const opened: string[] = []
    while (opened.length < count) {
      opened.push(await seedSession(stores, users[opened.length % users.length]!.id))
    }
    return opened
  })
  await storage.close()
  return tokens
}

async function seedUser(stores: Stores, passwordHash: string): Promise<SeededUser> {
  const id = randomUUID()
  const username = `user-${id.slice(0, 13)}`
  const now = Date.now()
  await stores.accounts.insert(newAccount(id, passwordHash, [], now))
  await stores.records.insert({
    databaseId: PUBLIC_DATABASE,
    type: 'user',
    key: id,
    ownerId: id,
    access: null,
    createdAt: now,
    createdBy: id,
    updatedAt: now,
    updatedBy: id,
    fields: { username },
  })
  await stores.loginIds.replace(id, [{ group: 'username', canonical: username }])
  return { id, username, token: await seedSession(stores, id) }
}

async function seedSession(stores: Stores, userId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = Date.now()
  const session = { tokenHash: hashToken(token), userId, createdAt: now, lastSeenAt: now }
  await stores.sessions.insert({ ...session, dialect: 'B' })
  return token
}
