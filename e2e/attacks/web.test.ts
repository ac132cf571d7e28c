import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions } from '../../packages/server/src/actions/index.ts'
import { outcomeOf, startTarget, type Target } from './target.ts'

const EVIL = 'https://evil.example'
const APP = 'https://app.example'

let target: Target
let open: Target

beforeAll(async () => {
  target = await startTarget({ CORS_HOST: APP })
  open = await startTarget()
})
afterAll(async () => {
  await target.end()
  await open.end()
})

const ORIGINS = [
  ...['null', EVIL, `${APP}.evil.example`, 'http://app.example', `${APP}:8443`, `${APP}/`],
  ...['https://APP.example', `https://evil.example/${APP}`, `${APP}@evil.example`, ''],
]

describe('WB-01: a page of another origin', () => {
  it.each(ORIGINS)('may not read: %j', async (Origin) => {
    for (const method of ['POST', 'OPTIONS', 'GET']) {
      const headers = { Origin, 'Access-Control-Request-Method': 'POST' }
      const answer = await target.send({ method, path: '/me', headers })

      expect(answer.headers['access-control-allow-origin']).not.toBe(Origin)
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    }
  })

  it('is allowed without credentials where every page is', async () => {
    const answer = await open.send({ path: '/me', headers: { Origin: EVIL } })

    expect(answer.headers['access-control-allow-origin']).toBe('*')
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

/** What a page can send to another site without asking for leave. */
const SIMPLE_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']

describe('WB-04, IN-06: a form of another site', () => {
  it.each(SIMPLE_TYPES)('has nobody’s session with it: %s', async (type) => {
    for (const { name } of actions.filter(({ access }) => access === 'user')) {
      const answer = await open.send({
        path: `/${name.replaceAll(':', '/')}`,
        headers: { 'Content-Type': type, Origin: EVIL, Cookie: 'access_token=x; session=x' },
        raw: '{}',
      })
      expect(outcomeOf(answer)).toBe('NotAuthenticated')
    }
  })

  it('is no JSON, and is refused before anything is done', async () => {
    const answer = await open.send({ path: '/auth/signup', raw: 'username=amy&password=secret' })

    expect(outcomeOf(answer)).toBe('BadRequest')
  })
})

const PATHS = [
  ...actions.map(({ name }) => `/${name.replaceAll(':', '/')}`),
  ...['/', '/forgot-password', '/reset-password?code=x', '/user/verify-code/form', '/favicon.ico'],
  ...['/_status/metrics', '/files/x', '/%zz', '//me'],
]

describe('WB-06, WB-10, HT-13: whatever is asked for', () => {
  it.each(PATHS)('%s sets no cookie, names no program and is not sniffed', async (path) => {
    for (const method of ['GET', 'POST']) {
      const headers = { Accept: 'text/html', 'X-Skygear-API-Key': target.apiKey }
      const answer = await target.send({ method, path, headers })

      expect(answer.headers).not.toHaveProperty('set-cookie')
      expect(answer.headers).not.toHaveProperty('server')
      expect(answer.headers).not.toHaveProperty('x-powered-by')
      if (answer.body === '') continue
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['cache-control']).toBe('no-store')
    }
  })
})

const PAYLOADS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "';alert(1);//",
  'javascript:alert(1)',
  '{{constructor}}',
  '</title><svg onload=alert(1)>',
]

describe('WB-08, WB-09, WB-11, AD-10: text for pages', () => {
  it.each(PAYLOADS)('is shown as text: %s', async (payload) => {
    const text = encodeURIComponent(payload)
    const paths = [
      `/reset-password?user_id=${text}&code=${text}&expire_at=${text}`,
      `/forgot-password?email=${text}&error=${text}`,
      `/user/verify-code/form?user_id=${text}&code=${text}`,
    ]
    for (const path of paths) {
      const page = await target.send({ method: 'GET', path })
      const form = await target.send({ path, raw: `email=${text}&code=${text}&password=${text}` })

      for (const { body, headers } of [page, form]) {
        if (!/[<>]/.test(payload)) continue
        expect(String(body)).not.toContain(payload)
        if (!headers['content-type']?.includes('html')) continue
        expect(headers['content-security-policy']).toMatch(/^default-src 'none'/)
        expect(headers['content-security-policy']).not.toContain('script-src')
      }
    }
  })
})

it.each(['cross-site'])('WB-05: pages take no form from there: %s', async (site) => {
  const headers = { 'Sec-Fetch-Site': site, Origin: EVIL }
  const answer = await target.send({ path: '/forgot-password', headers, raw: 'email=a@x.example' })

  expect(answer.status).toBe(403)
})

it('WB-12: a form for a password is one for password managers', async () => {
  const page = await open.send({ method: 'GET', path: '/forgot-password' })

  expect(String(page.body)).toContain('autocomplete="email"')
})
