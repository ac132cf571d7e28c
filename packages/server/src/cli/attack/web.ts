import type { Attack } from './attack.ts'
import { must, type Site, type SiteAnswer } from './site.ts'

const EVIL = 'https://evil.example'

export const webAttacks: Attack[] = [
  {
    id: 'WB-01',
    title: 'a page of another origin that calls with credentials',
    async run(site) {
      for (const Origin of [EVIL, 'null']) {
        const headers = { Origin, 'Access-Control-Request-Method': 'POST' }
        const asked = await site.send({ path: '/me', method: 'OPTIONS', headers })
        const called = await site.send({ path: '/me', headers })
        for (const answer of [asked, called]) {
          const credentials = answer.headers['access-control-allow-credentials']
          must(credentials === undefined, 'Credentials are allowed.')
          must(answer.headers['access-control-allow-origin'] !== Origin, `${Origin} is allowed.`)
        }
      }
    },
  },
  {
    id: 'WB-06',
    title: 'cookies',
    async run(site) {
      for (const { headers } of await someAnswers(site)) {
        must(headers['set-cookie'] === undefined, 'A cookie is set.')
      }
    },
  },
  {
    id: 'WB-07',
    title: 'a page in a frame',
    async run(site) {
      const { headers } = await site.send({ path: '/forgot-password', method: 'GET' })
      const policy = String(headers['content-security-policy'])
      must(policy.includes("frame-ancestors 'none'"), 'Other sites may frame it.')
      must(policy.includes("default-src 'none'"), 'Scripts may run in it.')
    },
  },
  {
    id: 'WB-10',
    title: 'answers that browsers keep, or take for something else',
    async run(site) {
      for (const { headers } of await someAnswers(site)) {
        must(headers['x-content-type-options'] === 'nosniff', 'They may guess the type.')
        must(headers['cache-control'] === 'no-store', 'They may keep it.')
      }
    },
  },
  {
    id: 'HT-13',
    title: 'names and versions of programs',
    async run(site) {
      for (const { headers } of await someAnswers(site)) {
        must(headers['x-powered-by'] === undefined, `X-Powered-By: ${headers['x-powered-by']}`)
        must(!/skygear|node|\d/i.test(String(headers.server ?? '')), `Server: ${headers.server}`)
      }
    },
  },
  {
    id: 'HT-10',
    title: 'detours to an action',
    async run(site) {
      const { token, username } = await site.user('one')
      const headers = { 'X-Skygear-Access-Token': token }
      for (const path of ['//me', '/ME', '/me/', '/x/../me', '/me%00', '/%2e/me']) {
        const { text } = await site.send({ path, headers, body: {} })
        must(!text.includes(username), `${path} leads there.`)
      }
    },
  },
]

async function someAnswers(site: Site): Promise<SiteAnswer[]> {
  const { token } = await site.user('one')
  const headers = { 'X-Skygear-Access-Token': token }
  return [
    await site.send({ path: '/me', headers, body: {} }),
    await site.send({ path: '/me', body: {} }),
    await site.send({ path: '/', method: 'GET' }),
    await site.send({ path: '/forgot-password', method: 'GET' }),
    await site.send({ path: '/auth/login', body: '{' }),
  ]
}
