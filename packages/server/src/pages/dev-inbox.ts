import type { RenderMail } from '../mails/render-mail.ts'
import type { OutboxStore } from '../storage/storage.ts'
import { type Page, show } from './page.ts'

export const DEV_INBOX_PATH = '/dev/inbox'

const SHOWN = 50

/** The mails that would be sent if a mail server was set. For the developer's own machine only. */
export function devInboxPage(outbox: OutboxStore, renderMail: RenderMail): Page {
  return {
    path: DEV_INBOX_PATH,
    isLocal: true,
    async get() {
      const mails = await outbox.newest(SHOWN, Date.now())
      const shown = mails.map(async (mail) => {
        const { subject, text, html } = await renderMail(mail)
        return {
          subject,
          text,
          // Links open beside the inbox: the pages do not let themselves be shown in a frame.
          html: html.replace('<head>', '<head><base target="_blank">'),
          recipient: mail.recipient,
          time: new Date(mail.createdAt).toISOString(),
        }
      })
      return show('dev-inbox', { mails: await Promise.all(shown) })
    },
  }
}
