import { randomBytes } from 'node:crypto'
import type { Settings } from '../settings.ts'
import type { AuditEvent, Stores } from '../storage/storage.ts'

/** What the trail knows; the first nine are those of the original server. */
export const auditEventNames = [
  'login_success',
  'login_failure',
  'logout',
  'signup',
  'change_password',
  'reset_password',
  'change_roles',
  'disable_user',
  'enable_user',
  'change_password_failure',
  'change_login_ids',
  'change_role_kind',
  'delete_user',
  'reset_code_issued',
  'rotate_keys',
  'session_opened',
  'session_revoked',
  'upgrade_anonymous',
  'verify_address',
  'verify_code_issued',
] as const

export type AuditEventName = (typeof auditEventNames)[number]

/**
 * Notes what is done to an account, within the transaction that does it: the change and the note
 * are kept together, or neither. `userId`: whose account; null when it is nobody's. `data` holds no
 * passwords, tokens or codes.
 */
export type Audit = (
  stores: Stores,
  event: AuditEventName,
  userId: string | null,
  data?: Record<string, unknown>,
) => Promise<void>

/** Who does something, and from where. */
export interface AuditActor {
  /** A user's id, `_master` or null: whoever it is. */
  actor: string | null
  client: { software: string; address: string; network: Record<string, string> }
  now: number
}

export interface AuditTrail {
  /** For what this actor does now. */
  by(actor: AuditActor): Audit
}

/** The actor that holds the master key, or works on the database itself. */
export const MASTER_ACTOR = '_master'

export function createAuditTrail({
  auditEnabled,
  auditHandlerUrl,
}: Pick<Settings, 'auditEnabled' | 'auditHandlerUrl'>): AuditTrail {
  if (!auditEnabled) return { by: () => async () => {} }
  return {
    by:
      ({ actor, client, now }) =>
      async (stores, event, userId, data = {}) => {
        const { software, address, network } = client
        const source = {
          ...(address && { address }),
          ...(software && { client: software }),
          ...network,
        }
        const entry = { id: newId(now), at: now, event, userId, actor, data, source }
        await stores.audit.add(entry, auditHandlerUrl ? now : null)
      },
  }
}

let count = 0

/** In the order of time and, within a process and a millisecond, of making. */
function newId(now: number): string {
  count = (count + 1) % 0x1_0000
  const digits = (number: number, length: number) => number.toString(16).padStart(length, '0')
  return digits(now, 12) + digits(count, 4) + randomBytes(8).toString('hex')
}

/** An event as it leaves the server, in the names of the original. */
export function auditEventAsJson(event: AuditEvent): Record<string, unknown> {
  const { id, at, event: name, userId, actor, data, source } = event
  const time = new Date(at).toISOString()
  return { id, time, event: name, auth_id: userId, actor, data, ...source }
}

/**
 * What is kept of a login id that nobody has: enough to see a pattern, too little to tell a password
 * that was typed into the wrong field.
 */
export function shortened(loginId: string): string {
  const characters = [...loginId]
  return characters.length <= 3 ? '…' : `${characters.slice(0, 3).join('')}…`
}
