import { hostname } from 'node:os'
import type { Settings } from '../settings.ts'
import type { MailContent } from '../templates/templates.ts'

/** Hands mails to a mail server. */
export interface MailSender {
  /**
   * Resolves when the mail server has taken the mail. Rejects when it could not be reached, refused
   * or did not answer in time; `isPermanent` tells whether another attempt is of use.
   */
  send(mail: OutgoingMail): Promise<void>
}

export interface OutgoingMail extends MailContent {
  /** The local part of the Message-ID. */
  id: string
  recipient: string
  createdAt: number
}

/** Long enough for a slow mail server, and shorter than the lease of the mail. */
const SEND_WITHIN_MS = 40_000

const IDLE_MS = 15_000

export function createSmtpSender({
  smtpUrl,
  mailFrom,
}: Pick<Settings, 'smtpUrl' | 'mailFrom'>): MailSender {
  const domain = /@([^\s<>@]+?)>?$/.exec(mailFrom)?.[1] ?? hostname()
  return {
    async send({ id, recipient, createdAt, subject, text, html }) {
      const { createTransport } = await import('nodemailer')
      const transport = createTransport({
        url: smtpUrl,
        connectionTimeout: IDLE_MS,
        greetingTimeout: IDLE_MS,
        socketTimeout: IDLE_MS,
        dnsTimeout: IDLE_MS,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      await transport.sendMail({
        from: mailFrom,
        // As an object, so that nothing in it is read as a second address.
        to: { name: '', address: recipient },
        messageId: `<${id}@${domain}>`,
        date: new Date(createdAt),
        headers: { 'Auto-Submitted': 'auto-generated' },
        subject: subject.replaceAll(/\s+/g, ' '),
        text,
        html,
        signal: AbortSignal.timeout(SEND_WITHIN_MS),
      })
    },
  }
}

/** True if the mail server will never take this mail: a reply of 5xx to the recipient or the text. */
export function isPermanent(error: unknown): boolean {
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number }
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && responseCode >= 500 && responseCode < 600
}

/** What the log may say of a failure: no addresses, which stand in what mail servers answer. */
export function reasonOf(error: unknown): string {
  const { code, responseCode, message } = error as {
    code?: string
    responseCode?: number
    message?: string
  }
  if (code === 'EENVELOPE') return `EENVELOPE ${responseCode}`
  return code ? `${code}: ${message}` : String(message)
}
