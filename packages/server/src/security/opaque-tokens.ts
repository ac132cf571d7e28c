import { randomBytes } from 'node:crypto'
import type { Settings } from '../settings.ts'
import type { Session, Storage } from '../storage/storage.ts'
import type { Account } from '../users/user.ts'
import { type AccessTokens, hashToken } from './access-token.ts'
import type { Activity } from './activity.ts'

/** OWASP ASVS 5.0, 7.2.3 asks for 128 bits at least. */
const TOKEN_BYTES = 32

const DAY_MS = 86_400_000

/** Tokens that are random and looked up: each can be revoked by itself, at once, everywhere. */
export function createOpaqueTokens(
  storage: Storage,
  activity: Activity,
  settings: Pick<Settings, 'tokenExpirySeconds' | 'sessionIdleDays'>,
): AccessTokens {
  const issue: AccessTokens['issue'] = async (stores, account, dialect, { client, now }) => {
    const token = makeToken()
    await stores.sessions.insert({
      tokenHash: hashToken(token),
      userId: account.id,
      dialect,
      createdAt: now,
      lastSeenAt: now,
      client: client.software || null,
      address: client.address || null,
    })
    return token
  }

  return {
    issue,
    decoy: async () => makeToken(),

    async find(token, now) {
      const found = await storage.sessions.find(hashToken(token))
      if (!found || hasEnded(found.session, found.account, now, settings)) return undefined
      activity.sessionSeen(found.session, now)
      return { ...found, dialect: found.session.dialect, isStale: false }
    },

    async renew(token) {
      return token
    },

    async endOf(token, now) {
      const found = await storage.sessions.find(hashToken(token))
      if (!found) return storage.sessions.endOf(hashToken(token))
      return hasEnded(found.session, found.account, now, settings) ? 'expired' : undefined
    },

    async end(stores, token, reason, now) {
      await stores.sessions.end(hashToken(token), reason, now)
    },

    async list(stores, account, token, now) {
      const current = token && hashToken(token)
      const sessions = await stores.sessions.ofUser(account.id)
      return sessions
        .filter((session) => !hasEnded(session, account, now, settings))
        .map((session) => ({ ...session, isCurrent: session.tokenHash === current }))
    },

    async revokeOthers(stores, { account }, token, now) {
      await stores.sessions.endAllOfUser(account.id, 'revoked', now, hashToken(token))
      return token
    },

    async afterPasswordChange({ stores, account, dialect, token, invalidate, client, now }) {
      if (token && !invalidate) return token
      if (invalidate) await stores.sessions.endAllOfUser(account.id, 'passwordChanged', now)
      return issue(stores, account, dialect, { client, now })
    },
  }
}

function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

function hasEnded(
  session: Session,
  account: Account,
  now: number,
  { tokenExpirySeconds, sessionIdleDays }: Pick<Settings, 'tokenExpirySeconds' | 'sessionIdleDays'>,
): boolean {
  if (tokenExpirySeconds > 0 && now >= session.createdAt + tokenExpirySeconds * 1_000) return true
  // Without a password nobody gets back in: for such users the session is the account.
  if (sessionIdleDays === 0 || account.passwordHash === null) return false
  return now >= session.lastSeenAt + sessionIdleDays * DAY_MS
}
