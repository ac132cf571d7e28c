import { randomUUID } from 'node:crypto'
import type { Attack } from './attack.ts'
import { must, type Site, type SiteUser, Skipped } from './site.ts'

const DEAD = 'AccessTokenNotAccepted'

export const sessionAttacks: Attack[] = [
  {
    id: 'TK-01',
    title: 'keys instead of a session',
    async run(site) {
      const { id } = await site.user('one')
      for (const action of ['me', 'auth:password']) {
        const { outcome } = await site.call(action, { _user_id: id })
        must(outcome === 'NotAuthenticated', `${action} with the API key alone: ${outcome}.`)
      }
    },
  },
  {
    id: 'TK-03',
    title: 'a token after its log-out',
    async run(site) {
      const token = await logIn(site, await site.user('one'))
      await site.call('auth:logout', {}, { token })
      for (const action of ['me', 'record:query', 'auth:password']) {
        const { outcome } = await site.call(action, { record_type: 'user' }, { token })
        must(outcome === DEAD, `${action} with it: ${outcome}.`)
      }
    },
  },
  {
    id: 'TK-05',
    title: 'other tokens after a password change that ends them',
    async run(site) {
      const user = await site.user('two')
      const others = [await logIn(site, user), await logIn(site, user)]
      const before = user.token
      const password = randomUUID()
      const body = { old_password: user.password, password, invalidate: true }
      const changed = await site.call('auth:password', body, { token: before })
      must(changed.outcome === 'OK', `The change was answered ${changed.outcome}.`)
      user.password = password
      user.token = changed.result.access_token
      for (const token of [...others, before]) {
        const { outcome } = await site.call('me', {}, { token })
        must(outcome === DEAD, `An older token: ${outcome}.`)
      }
    },
  },
  {
    id: 'TK-15',
    title: 'a token in the address',
    async run(site) {
      const { token } = await site.user('one')
      const path = `/me?access_token=${token}&api_key=${site.apiKey}`
      const { outcome } = await site.send({ path, body: {} })
      must(outcome === 'NotAuthenticated', `It was answered ${outcome}.`)
    },
  },
  {
    id: 'TK-17',
    title: 'tokens that are almost right',
    async run(site) {
      const { token } = await site.user('one')
      for (const access_token of [token.slice(1), `${token} `, `${token}=`, token.toUpperCase()]) {
        const { outcome } = await site.call('me', { access_token }, { key: '' })
        must(outcome === DEAD, `Another spelling was answered ${outcome}.`)
      }
    },
  },
  {
    id: 'KY-01',
    title: 'a wrong key, which must not be repeated',
    async run(site) {
      const key = `mistyped-${randomUUID()}`
      const { outcome, text } = await site.call('me', {}, { key })
      must(outcome === 'AccessKeyNotAccepted', `It was answered ${outcome}.`)
      must(!text.includes(key), 'The key is in the answer.')
    },
  },
  {
    id: 'TK-06',
    title: 'a disabled user, who must not be signed out by code 104',
    needsMasterKey: true,
    async run(site) {
      const { id, token } = await site.user('two')
      const key = site.masterKey!
      await site.call('auth:disable:set', { auth_id: id, disabled: true }, { key })
      const { outcome } = await site.call('me', {}, { token })
      await site.call('auth:disable:set', { auth_id: id, disabled: false }, { key })
      must(outcome === 'UserDisabled', `A call was answered ${outcome}.`)
    },
  },
]

async function logIn(site: Site, { username, password }: SiteUser): Promise<string> {
  const answer = await site.call('auth:login', { auth_data: { username }, password })
  if (answer.outcome === 'TooManyRequests') throw new Skipped('Log-ins are limited now.')
  must(answer.outcome === 'OK', `A log-in with the right password: ${answer.outcome}.`)
  return answer.result.access_token
}
