import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectWithTls } from 'node:tls'
import { type Finding, ok, problem } from '../../storage/finding.ts'

const TIMEOUT_MS = 5_000

/**
 * Looks whether the mail server of `SMTP_URL` answers. Nothing is sent and nobody logs in, so a
 * wrong password shows with the first mail only.
 */
export async function examineMail(smtpUrl: string): Promise<Finding> {
  if (smtpUrl === '') return ok('mail', 'No mail server is set, so no mail is sent.')
  const url = new URL(smtpUrl)
  const isSecure = url.protocol === 'smtps:'
  const port = Number(url.port) || (isSecure ? 465 : 587)
  const where = `${url.hostname}:${port}`
  try {
    const greeting = await readGreeting(url.hostname, port, isSecure)
    if (greeting.startsWith('220')) return ok('mail', `The mail server ${where} answers.`)
    return problem('mail', `What answers at ${where} is no mail server.`, 'Check SMTP_URL.')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const what = `The mail server ${where} cannot be reached: ${message || code}.`
    return problem('mail', what, 'Check SMTP_URL, and that a firewall lets this machine out.')
  }
}

async function readGreeting(host: string, port: number, isSecure: boolean): Promise<string> {
  const socket: Socket = isSecure
    ? connectWithTls({ host, port, servername: host })
    : connect({ host, port })
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const [greeting] = (await once(socket, 'data', { signal })) as [Buffer]
    return greeting.toString('latin1')
  } catch (error) {
    throw (error as Error).name === 'AbortError' ? new Error('no answer in time') : error
  } finally {
    socket.destroy()
  }
}
