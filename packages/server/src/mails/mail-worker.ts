import type { Logger } from 'pino'
import type { AuditTrail } from '../audit/audit-trail.ts'
import type { OneTimeCodes } from '../security/one-time-code.ts'
import type { Settings } from '../settings.ts'
import { type BackgroundWork, startBackgroundWork } from '../storage/background-work.ts'
import type { ClaimedMail, ResetRequest, Storage, Stores } from '../storage/storage.ts'
import { loginIdsOf } from '../users/login-id.ts'
import { languagesOf } from '../users/user.ts'
import type { Mails } from './mail.ts'
import type { RenderMail } from './render-mail.ts'
import { isPermanent, type MailSender, reasonOf } from './smtp.ts'

interface WorkerParts {
  storage: Storage
  codes: OneTimeCodes
  mails: Mails
  auditTrail: AuditTrail
  renderMail: RenderMail
  /** Undefined: mails stay in the outbox, where the dev inbox shows them. */
  sender: MailSender | undefined
  settings: Pick<Settings, 'resetCodeSeconds'>
  log: Logger
}

/**
 * How often the worker looks for work. Requests for a reset wait for it, so that the request itself
 * is the same work for an address that nobody has.
 */
const EVERY_MS = 1_000

/** For one attempt; longer than a mail server may take, so that nobody else sends it meanwhile. */
const LEASE_MS = 60_000

const FIRST_RETRY_MS = 5_000
const LONGEST_RETRY_MS = 300_000

/** Mails that were given up are counted for so long. */
const KEPT_MS = 7 * 86_400_000

const PRUNE_EVERY_MS = 3_600_000

/** After that a mail server is not waited for; the mail is sent again after its lease. */
const STOP_WITHIN_MS = 5_000

/** Starts to answer requests for a reset and to send what is in the outbox. */
export function startMailWorker(parts: WorkerParts): BackgroundWork {
  const { storage, log } = parts
  let prunedAt = 0

  async function prune(now: number): Promise<void> {
    prunedAt = now
    await storage.outbox.prune(now - KEPT_MS)
  }

  return startBackgroundWork({
    everyMs: EVERY_MS,
    async round(isStopped) {
      while (!isStopped() && !(await storage.resetRequests.isEmpty())) await answerOne(parts)
      while (!isStopped() && (await sendOne(parts))) {
        // One at a time: a process that is killed leaves one mail at most that is sent twice.
      }
      const now = Date.now()
      if (now - prunedAt > PRUNE_EVERY_MS) await prune(now)
    },
    failure: 'the outbox could not be worked on',
    stopWithinMs: STOP_WITHIN_MS,
    log,
  })
}

/** Makes code and mail in the transaction that removes the request: all three or none. */
async function answerOne(parts: WorkerParts): Promise<void> {
  await parts.storage.transaction(async (stores) => {
    const request = await stores.resetRequests.take()
    if (request) await answer(request, stores, parts)
  })
}

async function answer(
  { address, languages }: ResetRequest,
  stores: Stores,
  { codes, mails, auditTrail, settings }: WorkerParts,
): Promise<void> {
  const [loginId] = loginIdsOf([['email']], { email: address })
  const user = loginId && (await stores.loginIds.findUser(loginId))
  if (!user) return
  const now = Date.now()
  const { account, record } = user
  // To the address of the record, never to the one that was typed, which may only look the same.
  const email = record.fields['email']
  const seconds = settings.resetCodeSeconds
  // The wire counts in seconds.
  const expiresAt = Math.floor(now / 1_000) + seconds
  const { linkCode: code } = await codes.issue(stores, {
    userId: account.id,
    purpose: 'reset_password',
    recordKey: 'email',
    recordValue: String(email),
    expiresAt: expiresAt * 1_000,
  })
  const client = { software: '', address: '', network: {} }
  const audit = auditTrail.by({ actor: null, client, now })
  await audit(stores, 'reset_code_issued', account.id)
  const mail = { kind: 'reset-password', code, userId: account.id, expiresAt, seconds } as const
  const recipient = { address: email, languages: languagesOf(record, languages) }
  await mails.post(stores, mail, recipient, now)
}

/** False when there is nothing to send. */
async function sendOne({ storage, sender, renderMail, log }: WorkerParts): Promise<boolean> {
  const now = Date.now()
  if (!sender || !(await storage.outbox.isDue(now))) return false
  const mail = await storage.outbox.claim(now, now + LEASE_MS)
  if (!mail) return false
  if (mail.expiresAt <= now) {
    log.warn({ mail: mail.id, kind: mail.kind }, 'a mail was given up: its time is over')
    await storage.outbox.fail(mail.id, now)
    return true
  }
  try {
    await sender.send({ ...mail, ...(await renderMail(mail)) })
  } catch (error) {
    await afterFailure(mail, error, { storage, log })
    // The mail server may be down: the others wait with this one.
    return isPermanent(error)
  }
  await storage.outbox.delete(mail.id)
  return true
}

async function afterFailure(
  { id, kind, attempts }: ClaimedMail,
  error: unknown,
  { storage, log }: Pick<WorkerParts, 'storage' | 'log'>,
): Promise<void> {
  const now = Date.now()
  const reason = reasonOf(error)
  if (isPermanent(error)) {
    log.warn({ reason, mail: id, kind }, 'a mail was refused')
    return storage.outbox.fail(id, now)
  }
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS)
  log.warn({ reason, mail: id, kind, attempts }, 'a mail could not be sent; it is tried again')
  return storage.outbox.retry(id, now + delay)
}
