import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer(
    { PUBLIC_URL: 'https://example.com/auth/', RATE_LIMIT: 'on' },
    { dev: true },
  )
})

afterAll(() => server.close())

describe('a page', () => {
  it.each(['/forgot-password', '/reset-password?code=x', '/user/verify-code/form'])(
    'WB-07, RS-19: is for one person, and no other site: %s',
    async (path) => {
      const { headers } = await fetch(server.url + path)

      expect(headers.get('Content-Type')).toBe('text/html; charset=utf-8')
      expect(headers.get('Cache-Control')).toBe('no-store')
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('X-Frame-Options')).toBe('DENY')
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Content-Security-Policy')).toMatch(
        /^default-src 'none'; style-src 'nonce-[\w+/=]{24}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      )
    },
  )

  it.each(['/forgot-password', '/reset-password/done', '/dev/inbox', '/'])(
    'WB-07: is not read by scripts of other sites: %s',
    async (path) => {
      const headers = { Origin: 'https://evil.example', Accept: 'text/html' }

      const answer = await fetch(server.url + path, { headers })

      expect(answer.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false)
    },
  )

  it('leads where users reach the server', async () => {
    const page = await (await fetch(`${server.url}/forgot-password`)).text()
    const sent = await submit('/forgot-password', 'email=amy%40example.com')

    expect(page).toContain('action="/auth/forgot-password"')
    expect([sent.status, sent.headers.get('Location')]).toEqual([303, '/auth/forgot-password/sent'])
  })

  it('leads back to the app once the new password is set, where a setting says so', async () => {
    const back = 'https://example.com/app?from=reset&x=1#/login'
    const other = await startTestServer({ FORGOT_PASSWORD_SUCCESS_REDIRECT: back })
    onTestFinished(other.close)

    const page = await (await fetch(`${other.url}/reset-password/done`)).text()
    const without = await (await fetch(`${server.url}/reset-password/done`)).text()

    expect(page).toContain(`<a href="${back.replace('&', '&amp;')}">Back to myapp</a>`)
    expect(without).not.toContain('<a ')
    expect(without).toContain('You can close this page.')
  })

  it('WB-05: takes no form from another site', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' }

    const answer = await submit('/forgot-password', 'email=amy%40example.com', headers)

    expect(answer.status).toBe(403)
  })

  it('takes no form that is too large', async () => {
    expect((await submit('/forgot-password', `email=${'x'.repeat(70_000)}`)).status).toBe(413)
  })

  it('tells what is wrong with an address, and shows it again', async () => {
    const answer = await submit('/forgot-password', 'email=%3Cb%3Eamy')

    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('value="&lt;b&gt;amy"')
  })

  it('tells that too much was asked for', async () => {
    const ask = () => submit('/forgot-password', 'email=bea%40example.com')
    for (let i = 0; i < 3; i++) await ask()

    const answer = await ask()

    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  })

  it('answers a HEAD without a body', async () => {
    const answer = await fetch(`${server.url}/forgot-password`, { method: 'HEAD' })

    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('')
  })
})

describe('the dev inbox', () => {
  it('is there for a browser on this machine', async () => {
    expect(await inboxAnswers({})).toBe('text/html; charset=utf-8')
  })

  it.each([
    ['another name of this machine', { Host: 'evil.example' }],
    ['a proxy', { 'X-Forwarded-For': '192.0.2.1' }],
  ])('is not there for %s', async (_, headers) => {
    expect(await inboxAnswers(headers)).toBe('application/json')
  })

  it.each([
    ['without --dev', {}, false],
    ['on an address that others reach', { HOST: '0.0.0.0' }, true],
    [
      'when mails are sent',
      { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@b', PUBLIC_URL: 'https://b' },
      true,
    ],
  ])('AD-08: is not there %s', async (_, environment, dev) => {
    const other = await startTestServer(environment, { dev })
    onTestFinished(other.close)
    const { port } = new URL(other.url)

    expect(await inboxAnswers({}, `http://127.0.0.1:${port}`)).toBe('application/json')
  })
})

describe('the address of the server itself', () => {
  const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

  it('is a page for a developer who opens it', async () => {
    const page = await (await fetch(server.url, { headers: browser })).text()

    expect(page).toContain(server.apiKey)
    expect(page).toContain('href="/auth/dev/inbox"')
    expect(page).toContain('href="/auth/forgot-password"')
  })

  it.each([
    ['a program', 'GET', { Accept: '*/*' }],
    ['a program that says nothing', 'GET', {}],
    ['a POST', 'POST', browser],
    ['another name of this machine', 'GET', { ...browser, Host: 'evil.example' }],
    ['a proxy', 'GET', { ...browser, 'X-Forwarded-For': '192.0.2.1' }],
  ])('is not a page for %s', async (_, method, headers) => {
    expect(await contentTypeOf('/', headers, server.url, method)).toBe('application/json')
  })

  it.each([
    ['without --dev', {}, false],
    ['on an address that others reach', { HOST: '0.0.0.0' }, true],
  ])('AD-08: is not a page %s', async (_, environment, dev) => {
    const other = await startTestServer(environment, { dev })
    onTestFinished(other.close)
    const { port } = new URL(other.url)

    expect(await contentTypeOf('/', browser, `http://127.0.0.1:${port}`)).toBe('application/json')
  })

  it('leads to no inbox when mails are sent', async () => {
    const mail = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'a@b', PUBLIC_URL: 'https://b' }
    const other = await startTestServer(mail, { dev: true })
    onTestFinished(other.close)

    const page = await (await fetch(other.url, { headers: browser })).text()

    expect(page).toContain('/forgot-password')
    expect(page).not.toContain('/dev/inbox')
  })
})

function submit(path: string, form: string, headers: Record<string, string> = {}) {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: form,
    redirect: 'manual',
  })
}

function inboxAnswers(headers: Record<string, string>, url = server.url) {
  return contentTypeOf('/dev/inbox', headers, url)
}

/** Node's client lets a test say any host. */
function contentTypeOf(path: string, headers: Record<string, string>, url: string, method = 'GET') {
  return new Promise((resolve, reject) => {
    const sent = request(url + path, { method, headers }, (response) => {
      resolve(response.headers['content-type'])
      response.resume()
    })
    sent.on('error', reject).end()
  })
}
