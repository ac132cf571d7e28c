import { randomUUID } from 'node:crypto'
import type { Attack } from './attack.ts'
import { must, type Site, Skipped } from './site.ts'

export const nameAttacks: Attack[] = [
  {
    id: 'ID-01',
    title: 'a name that is taken, in other letters',
    async run(site) {
      const { username } = await site.user('one')
      const wide = username.replace(/^a/, 'ａ')
      for (const name of [username.toUpperCase(), wide]) {
        must((await signUp(site, name)) === 'Duplicated', `${name} is another name.`)
      }
    },
  },
  {
    id: 'ID-05',
    title: 'names with control characters',
    async run(site) {
      for (const character of ['\u0000', '\n', '\u007f']) {
        const outcome = await signUp(site, `attack-${character}${randomUUID()}`)
        must(
          outcome === 'InvalidArgument',
          `A sign-up with ${JSON.stringify(character)}: ${outcome}.`,
        )
      }
    },
  },
  {
    id: 'PW-01',
    title: 'a password of seven letters',
    run: (site) => refusesPassword(site, 'k3v9xq1'),
  },
  {
    id: 'PW-06',
    title: 'a password that everybody takes',
    run: (site) => refusesPassword(site, 'password123'),
  },
  {
    id: 'RC-01',
    title: 'twenty sign-ups with one name at once',
    async run(site) {
      const name = `attack-${randomUUID()}`
      const names = Array.from({ length: 20 }, (_, i) => (i % 2 ? name : name.toUpperCase()))
      const outcomes = await Promise.all(names.map((username) => trySignUp(site, username)))
      const won = outcomes.filter((outcome) => outcome === 'OK').length
      if (won > 0) site.made.push(name)
      if (won === 0 && outcomes.includes('TooManyRequests')) {
        throw new Skipped('Sign-ups are limited now.')
      }
      must(won === 1, `${won} of them succeeded.`)
    },
  },
]

async function refusesPassword(site: Site, password: string): Promise<void> {
  const username = `attack-${randomUUID()}`
  const outcome = await signUp(site, username, password)
  if (outcome === 'OK') site.made.push(username)
  must(outcome === 'PasswordPolicyViolated', `The sign-up was answered ${outcome}.`)
}

async function signUp(site: Site, username: string, password?: string): Promise<string> {
  const outcome = await trySignUp(site, username, password)
  if (outcome === 'TooManyRequests') throw new Skipped('Sign-ups are limited now.')
  return outcome
}

async function trySignUp(
  site: Site,
  username: string,
  password: string = randomUUID(),
): Promise<string> {
  const body = { auth_data: { username }, password }
  return (await site.call('auth:signup', body)).outcome
}
