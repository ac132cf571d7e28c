import { randomUUID } from 'node:crypto'
import type { RateLimiter } from '../security/rate-limit.ts'
import type { Settings } from '../settings.ts'
import type { OutboxMail, Stores } from '../storage/storage.ts'
import { canonicalName } from '../users/login-id.ts'

/** A mail to a user; `kind` is the name of its template. */
export type Mail =
  | { kind: 'reset-password'; code: string; userId: string; expiresAt: number; seconds: number }
  | { kind: 'verify'; code: string; linkCode: string; userId: string; seconds: number }
  | { kind: 'password-was-reset' }
  | { kind: 'email-was-changed' }
  | { kind: 'welcome' }
  | { kind: 'account-exists' }

interface Recipient {
  /** As it stands in the user record; a mail to what cannot be an address is not written. */
  address: unknown
  /** Languages that the recipient may read, as in Accept-Language. */
  languages: string
}

/** How mails leave the actions: as rows of the outbox, in the transaction that gives a reason. */
export interface Mails {
  /** False when the operator has set no mail server; then nothing is posted. */
  readonly areSent: boolean
  /** Posts nothing when the address has had too many of the kind. */
  post(stores: Stores, mail: Mail, recipient: Recipient, now: number): Promise<void>
}

/** How long a mail that only tells something is worth sending. */
const NOTICE_DAYS = 3

const DAY_MS = 86_400_000

/**
 * Mails of each kind to one address a day, more than anybody needs: addresses are what strangers
 * say, and changing one often must not annoy those whom it belongs to.
 */
const MOST_A_DAY = 10

/** `isDevelopment`: mails are read in the dev inbox when there is no mail server. */
export function createMails(
  { smtpUrl }: Pick<Settings, 'smtpUrl'>,
  limiter: RateLimiter,
  isDevelopment: boolean,
): Mails {
  const areSent = smtpUrl !== '' || isDevelopment
  return {
    areSent,
    async post(stores, mail, { address, languages }, now) {
      if (!areSent || !isMailAddress(address)) return
      const limit = { name: `mail-${mail.kind}`, most: MOST_A_DAY, perSeconds: 86_400 }
      if (!(await limiter.allows(stores, [[limit, canonicalName(address)]], now))) return
      await stores.outbox.add(toOutbox(mail, address, languages, now))
    },
  }
}

function toOutbox(mail: Mail, recipient: string, languages: string, now: number): OutboxMail {
  const { kind, ...facts } = mail
  const seconds = 'seconds' in mail && mail.seconds > 0 ? mail.seconds : undefined
  const lifetimeMs = seconds === undefined ? NOTICE_DAYS * DAY_MS : seconds * 1_000
  return {
    id: randomUUID(),
    kind,
    recipient,
    languages,
    facts,
    createdAt: now,
    expiresAt: now + lifetimeMs,
  }
}

/**
 * True for one plain address. Stricter than the standard: what a mail server could take for two
 * addresses, for a comment or for another header is none.
 */
export function isMailAddress(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= 254 &&
    value.isWellFormed() &&
    /^[^\s\p{C}"(),:;<>@[\\\]]+@[^\s\p{C}"(),:;<>@[\\\]]+$/u.test(value)
  )
}
