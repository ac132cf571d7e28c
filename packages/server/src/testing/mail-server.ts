import { setTimeout as sleep } from 'node:timers/promises'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A real mail server that keeps what it is given. */
export interface MailServer {
  /** For SMTP_URL. */
  url: string
  /** Mails in the order in which they came. */
  mails: ReceivedMail[]
  /** What is waited for between a mail and the word that it was taken. */
  beforeReply: () => Promise<void>
  /** Settings for a server that sends its mails here. */
  settings: Record<string, string>
  /** Waits for the next mail that was not waited for yet, to this address if one is given. */
  next(recipient?: string): Promise<ReceivedMail>
  /** Refuses connections until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface ReceivedMail extends ParsedMail {
  /** Of the envelope, which decides who gets the mail. */
  recipients: string[]
  /** As it came, headers and all. */
  raw: string
}

/** Long enough for a worker that looks for mails once a second, on a busy machine. */
const PATIENCE_MS = 20_000

/** Where links in mails of test servers lead. */
const TEST_PUBLIC_URL = 'https://auth.example.com'

/**
 * `answer`: what it says to a recipient, such as `550 no such user`; undefined takes the mail.
 */
export async function startMailServer(
  answer: (recipient: string) => string | undefined = () => undefined,
): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const seen = new Set<ReceivedMail>()
  let port = 0
  let server: SMTPServer | undefined

  const mailServer: MailServer = {
    url: '',
    mails,
    beforeReply: async () => {},
    settings: {},
    async next(recipient) {
      const deadline = Date.now() + PATIENCE_MS
      for (;;) {
        const mail = mails.find(
          (one) => !seen.has(one) && (!recipient || one.recipients.includes(recipient)),
        )
        if (mail) {
          seen.add(mail)
          return mail
        }
        if (Date.now() > deadline) throw new Error(`No mail came to ${recipient ?? 'anybody'}.`)
        await sleep(20)
      }
    },
    async stop() {
      const running = server
      server = undefined
      if (running) await new Promise<void>((resolve) => running.close(() => resolve()))
    },
    async start() {
      server = makeServer()
      const running = server
      await new Promise<void>((resolve, reject) => {
        running.once('error', reject)
        running.listen(port, '127.0.0.1', () => resolve())
      })
      port = (running.server.address() as { port: number }).port
      mailServer.url = `smtp://127.0.0.1:${port}`
      mailServer.settings = {
        SMTP_URL: mailServer.url,
        MAIL_FROM: 'Example <no-reply@example.com>',
        PUBLIC_URL: TEST_PUBLIC_URL,
      }
    },
  }

  function makeServer(): SMTPServer {
    return new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      closeTimeout: 100,
      onRcptTo({ address }, _session, callback) {
        const refusal = answer(address)
        if (!refusal) return callback()
        const error = Object.assign(new Error(refusal.slice(4)), {
          responseCode: Number(refusal.slice(0, 3)),
        })
        callback(error)
      },
      onData(stream, session, callback) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const raw = Buffer.concat(chunks).toString('utf8')
          const recipients = session.envelope.rcptTo.map(({ address }) => address)
          void simpleParser(raw).then((parsed) => {
            mails.push({ ...parsed, recipients, raw })
            return mailServer.beforeReply().then(() => callback())
          }, callback)
        })
      },
    })
  }

  await mailServer.start()
  return mailServer
}

/** The first link to one of our pages in a mail. */
export function linkIn({ text = '' }: Pick<ParsedMail, 'text'>): URL {
  const link = /https?:\/\/\S+/.exec(text)?.[0]
  if (!link) throw new Error(`There is no link in: ${text}`)
  return new URL(link)
}
