import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Settings } from '../settings.ts'

/** A sign-up waits so long for the service at most. */
const TIMEOUT_MS = 1_000

/** A range has about 30 KB. */
const MAX_ANSWER_BYTES = 1_000_000

/** How much of the hash the service gets to know: a range holds about a thousand passwords. */
const PREFIX_LENGTH = 5

/** Knows passwords that others have lost, from a service that does not learn which is asked for. */
export interface BreachedPasswords {
  /** False too when the service does not answer in time, which is logged. */
  has(password: string): Promise<boolean>
}

/** Asks the service of `BREACHED_PASSWORDS_URL`, which answers as Have I Been Pwned's ranges do. */
export function createBreachedPasswords(
  { breachedPasswordsUrl: url }: Pick<Settings, 'breachedPasswordsUrl'>,
  log: Logger,
): BreachedPasswords {
  if (url === '') return { has: async () => false }
  return {
    async has(password) {
      // The ranges are of SHA-1; nothing is protected by it here.
      const sha1 = hash('sha1', password).toUpperCase()
      try {
        const range = await fetchRange(`${url}/${sha1.slice(0, PREFIX_LENGTH)}`)
        return isListed(range, sha1.slice(PREFIX_LENGTH))
      } catch (error) {
        log.warn({ error }, 'a password could not be looked up among breached ones')
        return false
      }
    },
  }
}

async function fetchRange(url: string): Promise<string> {
  const response = await fetch(url, {
    // The length of the answer would tell an eavesdropper which range it is.
    headers: { 'Add-Padding': 'true' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!response.ok || !response.body) throw new Error(`The service answered ${response.status}.`)
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > MAX_ANSWER_BYTES) throw new Error('The answer of the service is too long.')
  }
  return text
}

/** Lines are `SUFFIX:COUNT`; those that are there for their length only have the count 0. */
function isListed(range: string, suffix: string): boolean {
  return range.split('\n').some((line) => {
    const [found, count] = line.trim().split(':')
    return found?.toUpperCase() === suffix && Number(count) > 0
  })
}
