import { randomUUID } from 'node:crypto'
import type { Attack } from './attack.ts'
import { must, type Site, Skipped } from './site.ts'

/** By then any limit on guessing one password has to hold. */
const GUESSES = 40

export const guessingAttacks: Attack[] = [
  {
    id: 'CS-01',
    title: 'forty guesses of one password',
    async run(site) {
      const { username } = await site.user('one')
      await limited(() => guess(site, username))
    },
  },
  {
    id: 'CS-06',
    title: 'forty guesses that claim to come from everywhere',
    async run(site) {
      const { username } = await site.user('two')
      let count = 0
      await limited(() => {
        count += 1
        return guess(site, username, { 'X-Forwarded-For': `198.51.100.${count}` })
      })
    },
  },
]

async function limited(guessOnce: () => ReturnType<typeof guess>): Promise<void> {
  for (let i = 0; i < GUESSES; i += 1) {
    const { outcome, status, headers } = await guessOnce()
    if (outcome === 'AccessTokenNotAccepted') must(false, 'A guess is answered with code 104.')
    if (outcome !== 'TooManyRequests') continue
    must(status === 429, `The limit is told with status ${status}.`)
    must(Number(headers['retry-after']) > 0, 'The limit does not say when to try again.')
    return
  }
  must(false, `${GUESSES} wrong passwords were looked at.`)
}

async function guess(site: Site, username: string, headers: Record<string, string> = {}) {
  const answer = await site.send({
    path: '/auth/login',
    headers: { 'X-Skygear-API-Key': site.apiKey, ...headers },
    body: { auth_data: { username }, password: randomUUID() },
  })
  if (answer.outcome === 'ResponseTimeout') throw new Skipped('The server is busy.')
  return answer
}
