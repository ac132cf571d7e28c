import { createSecretKey, randomUUID } from 'node:crypto'
import { type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { Settings } from '../settings.ts'
import type { Storage } from '../storage/storage.ts'
import type { Account, Dialect } from '../users/user.ts'
import { type AccessTokens, hashToken } from './access-token.ts'

/** Ours. Tokens that the original server signed have neither. */
interface OwnClaims {
  /** The user's token version at the time of issue. */
  ver?: unknown
  /** The wire dialect of the client. */
  dia?: unknown
}

type Claims = JWTPayload & OwnClaims

/** The clocks of two servers may differ by so much. */
const CLOCK_SKEW_SECONDS = 30

/**
 * Tokens that are signed, as the original's JWT store had them: a password change ends all of the
 * user's, and log-out keeps the token's hash until it would have expired.
 */
export function createJwtTokens(
  storage: Storage,
  settings: Pick<Settings, 'tokenSecret' | 'tokenExpirySeconds' | 'appName'>,
): AccessTokens {
  const key = createSecretKey(Buffer.from(settings.tokenSecret))

  function sign(account: Account, dialect: Dialect, now: number): Promise<string> {
    const issuedAt = Math.floor(now / 1_000)
    const token = new SignJWT({ ver: account.tokenVersion, ...(dialect === 'A' && { dia: 'A' }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setJti(randomUUID())
      .setIssuer(settings.appName)
      .setSubject(account.id)
      .setIssuedAt(issuedAt)
    if (settings.tokenExpirySeconds > 0) {
      token.setExpirationTime(issuedAt + settings.tokenExpirySeconds)
    }
    return token.sign(key)
  }

  async function read(token: string, now: number): Promise<Claims | undefined> {
    if (!isCanonical(token)) return undefined
    try {
      const { payload } = await jwtVerify<OwnClaims>(token, key, {
        // The original signed with the first and took any of them.
        algorithms: ['HS256', 'HS384', 'HS512'],
        currentDate: new Date(now),
      })
      return payload
    } catch {
      return undefined
    }
  }

  return {
    issue: (_, account, dialect, { now }) => sign(account, dialect, now),
    decoy: sign,

    async find(token, now) {
      const claims = await read(token, now)
      if (!claims?.sub || !isIssuedBy(claims, now)) return undefined
      if (await storage.revokedTokens.reasonOf(hashToken(token))) return undefined
      const user = await storage.accounts.find(claims.sub)
      if (!user) return undefined
      const dialect = claims.dia === 'A' ? 'A' : 'B'
      return { ...user, dialect, isStale: !isCurrent(claims, user.account) }
    },

    renew: (_, holder, now) => sign(holder.account, holder.dialect, now),

    async endOf(token, now) {
      // Whether it has expired is not asked here.
      const claims = await read(token, 0)
      if (!claims?.sub) return undefined
      if (claims.exp !== undefined && claims.exp * 1_000 <= now) return 'expired'
      const revoked = await storage.revokedTokens.reasonOf(hashToken(token))
      if (revoked) return revoked
      const user = await storage.accounts.find(claims.sub)
      if (!user) return 'userDeleted'
      return isCurrent(claims, user.account) ? undefined : storage.accounts.endOfTokens(claims.sub)
    },

    async end(stores, token, reason, now) {
      const claims = await read(token, now)
      const expiresAt = claims?.exp === undefined ? null : claims.exp * 1_000
      await stores.revokedTokens.prune(now)
      await stores.revokedTokens.add(hashToken(token), expiresAt, reason)
    },

    async list(_, account, token, now) {
      const claims = token === undefined ? undefined : await read(token, now)
      if (!token || !claims) return []
      return [
        {
          tokenHash: hashToken(token),
          isCurrent: true,
          createdAt: claims.iat === undefined ? now : claims.iat * 1_000,
          lastSeenAt: account.lastSeenAt ?? now,
          client: null,
          address: null,
        },
      ]
    },

    async revokeOthers(stores, { account, dialect }, _, now) {
      await stores.accounts.endTokens(account.id, 'revoked')
      const current = await stores.accounts.find(account.id)
      return sign(current?.account ?? account, dialect, now)
    },

    // The change itself ended all tokens by counting up the user's token version.
    afterPasswordChange: ({ account, dialect, now }) => sign(account, dialect, now),
  }
}

/**
 * True for the one spelling that a token has. A decoder also takes padding, spaces and spare bits in
 * the last letter, in which a token would go on after its hash was noted at log-out.
 */
function isCanonical(token: string): boolean {
  return token
    .split('.')
    .every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}

function isIssuedBy({ iat }: Claims, now: number): boolean {
  return iat === undefined || (Number.isInteger(iat) && iat <= now / 1_000 + CLOCK_SKEW_SECONDS)
}

/**
 * Ours carry the token version. The original's are judged by their second of issue: while the
 * password is the one that was imported, a token of that very second is good, as it was there.
 */
function isCurrent(claims: Claims, account: Account): boolean {
  if (claims.ver !== undefined) return claims.ver === account.tokenVersion
  if (account.passwordChangedAt === null) return true
  if (claims.iat === undefined) return false
  const changedAt = Math.floor(account.passwordChangedAt / 1_000)
  return account.tokenVersion === 0 ? claims.iat >= changedAt : claims.iat > changedAt
}
