import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { linkIn, type MailServer, startMailServer } from '../../testing/mail-server.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let mailServer: MailServer
let server: TestServer

beforeAll(async () => {
  mailServer = await startMailServer()
  server = await startTestServer({ ...mailServer.settings, APP_NAME: 'bookshop' })
})

afterAll(async () => {
  await server.close()
  await mailServer.stop()
})

describe('user:forgot-password', () => {
  it('sends a link to the address, without any key', async () => {
    const { user_id: userId } = await signUp('amy@example.com')

    const answer = await forgot('amy@example.com')

    expect(answer.result).toEqual({ status: 'OK' })
    const mail = await mailServer.next('amy@example.com')
    const link = linkIn(mail)
    expect(link.origin + link.pathname).toBe('https://auth.example.com/reset-password')
    expect(link.searchParams.get('user_id')).toBe(userId)
    expect(link.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
    const lifetime = Number(link.searchParams.get('expire_at')) - Date.now() / 1_000
    expect(Math.abs(lifetime - 43_200)).toBeLessThan(60)
  })

  it('writes a mail of text and HTML from the operator', async () => {
    await signUp('bea@example.com')

    await forgot('bea@example.com')

    const mail = await mailServer.next('bea@example.com')
    expect(mail.from?.text).toBe('"Example" <no-reply@example.com>')
    expect(mail.subject).toBe('Set a new password for bookshop')
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail.html).toContain(linkIn(mail).href.replaceAll('&', '&amp;'))
  })

  it('AB-07: writes nothing that a user has made up', async () => {
    const email = 'eva@example.com'
    const authData = { username: 'Visit https://evil.example', email }
    const profile = { name: '<a href="https://evil.example">Prize</a>' }
    await server.call('auth:signup', { auth_data: authData, password: testPassword, profile })

    await forgot(email)

    const { subject, text, html } = await mailServer.next(email)
    expect(`${subject} ${text} ${html}`).not.toMatch(/evil|Prize/)
  })

  it('KY-04: stores no code that could be used', async () => {
    await signUp('cat@example.com')
    await forgot('cat@example.com')
    const code = linkIn(await mailServer.next('cat@example.com')).searchParams.get('code')!
    await outboxIsEmpty()

    const rows = await server.sql<object>('select * from one_time_code')

    expect(JSON.stringify(rows)).not.toContain(code)
  })

  it('EN-10: answers the same for an address that nobody has, and sends nothing', async () => {
    await signUp('dan@example.com')

    const known = await forgot('dan@example.com')
    const unknown = await forgot('nobody@example.com')

    expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
    await mailServer.next('dan@example.com')
    await noRequestIsLeft()
    expect(mailServer.mails.flatMap(({ recipients }) => recipients)).not.toContain(
      'nobody@example.com',
    )
  })

  it('ID-06: finds the user in any case, and writes to the address as it was given', async () => {
    await signUp('Eve@example.com')

    await forgot('EVE@example.COM')

    expect((await mailServer.next('Eve@example.com')).recipients).toEqual(['Eve@example.com'])
  })

  it('takes its argument in a list too', async () => {
    await signUp('fay@example.com')

    const body = { args: ['fay@example.com'] }
    const answer = await server.call('user:forgot-password', body, { key: null })

    expect(answer.status).toBe(200)
    await mailServer.next('fay@example.com')
  })

  it('RS-16, ID-07: never writes to two addresses, whatever the user record says', async () => {
    const twoInOne = 'gus@example.com,evil@example.org'
    await signUp(twoInOne)

    expect((await forgot(twoInOne)).status).toBe(200)

    await noRequestIsLeft()
    await outboxIsEmpty()
    expect(mailServer.mails.flatMap(({ recipients }) => recipients)).not.toContain(
      'evil@example.org',
    )
  })

  it.each([
    ['missing', {}],
    ['null', { email: null }],
    ['empty', { email: '' }],
  ])('refuses an address that is %s', async (_, args) => {
    const answer = await server.call('user:forgot-password', { args })

    expect(answer.error).toMatchObject({ code: 108, message: 'email must be set' })
  })

  it('refuses an address that is no text', async () => {
    const answer = await server.call('user:forgot-password', { args: { email: ['a@x', 'b@x'] } })

    expect(answer.error?.code).toBe(107)
  })

  it('refuses an address that no user can have', async () => {
    expect((await forgot(`${'x'.repeat(250)}@example.com`)).error?.code).toBe(108)
  })

  it('RS-08, HT-09: has the host of its links from the setting, whatever the request says', async () => {
    await signUp('hal@example.com')
    const body = JSON.stringify({ args: { email: 'hal@example.com' } })
    const evil = 'evil.example'
    const { hostname, port } = new URL(server.url)
    const { request } = await import('node:http')
    await new Promise((resolve, reject) => {
      const headers = {
        Host: evil,
        'X-Forwarded-Host': evil,
        Forwarded: `host=${evil};proto=http`,
        'X-Original-URL': `http://${evil}/`,
        Origin: `http://${evil}`,
        Referer: `http://${evil}/`,
      }
      const path = `http://${evil}/user/forgot-password`
      request({ hostname, port, path, method: 'POST', headers }, resolve)
        .on('error', reject)
        .end(body)
    })
    await forgot('hal@example.com')

    expect((await mailServer.next('hal@example.com')).raw).not.toContain('evil')
  })
})

describe('the language of a mail', () => {
  it.each([
    ['the field locale of the user', 'zh_TW', 'en', '設定'],
    ['Accept-Language, when the user has none', undefined, 'zh-HK, en;q=0.8', '設定'],
    ['English, when there is no other', undefined, 'xx, *;q=0.1', 'Set a new password'],
    ['the field before the header', 'en', 'zh-TW', 'Set a new password'],
  ])('is %s', async (name, locale, header, subject) => {
    const email = `${name.length}-${header.length}@example.com`
    await signUp(email, locale ? { locale } : {})

    await fetch(`${server.url}/user/forgot-password`, {
      method: 'POST',
      headers: { 'Accept-Language': header },
      body: JSON.stringify({ args: { email } }),
    })

    expect((await mailServer.next(email)).subject).toContain(subject)
  })
})

describe('limits of user:forgot-password', () => {
  it('AB-01: let three mails an hour go to one address, known or not, however it is written', async () => {
    const limited = await startTestServer({ ...mailServer.settings, RATE_LIMIT: 'on' })
    onTestFinished(limited.close)
    const ask = (email: string) => limited.call('user:forgot-password', { args: { email } })

    for (const email of ['ida@example.com', 'nobody@example.com']) {
      await ask(email)
      await ask(email.toUpperCase())
      expect((await ask(email)).status).toBe(200)

      const refused = await ask(email)

      expect(refused.status).toBe(429)
      expect(refused.error).toMatchObject({ name: 'TooManyRequests', code: 130 })
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3_000)
    }
  })

  it('RC-17, RS-20: let fifty requests at once send three mails, and change nothing', async () => {
    const limited = await startTestServer({ ...mailServer.settings, RATE_LIMIT: 'on' })
    onTestFinished(limited.close)
    const email = 'jan@example.com'
    const body = { auth_data: { email }, password: testPassword }
    const { access_token: token } = (await limited.call('auth:signup', body)).result

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => limited.call('user:forgot-password', { args: { email } })),
    )

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(47)
    for (let mail = 1; mail <= 3; mail += 1) await mailServer.next(email)
    await expect.poll(() => limited.sql('select id from outbox_mail')).toEqual([])
    expect((await limited.call('auth:login', body)).status).toBe(200)
    expect((await limited.call('me', {}, { token })).status).toBe(200)
  })

  it('AB-02: let one client ask for ten addresses an hour', async () => {
    const limited = await startTestServer({
      ...mailServer.settings,
      RATE_LIMIT: 'on',
      TRUSTED_PROXIES: '127.0.0.1',
    })
    onTestFinished(limited.close)
    const ask = async (email: string, forwardedFor: string) =>
      fetch(`${limited.url}/user/forgot-password`, {
        method: 'POST',
        headers: { 'X-Forwarded-For': forwardedFor },
        body: JSON.stringify({ args: { email } }),
      })
    const one = (i: number) => ask(`${i}@example.com`, `10.0.0.${i}, 192.0.2.1`)
    const statuses = []
    for (let i = 0; i < 10; i++) statuses.push((await one(i)).status)

    expect(new Set(statuses)).toEqual(new Set([200]))
    expect((await one(10)).status).toBe(429)
    expect((await ask('11@example.com', '192.0.2.2')).status).toBe(200)
  })

  it('can be switched off', async () => {
    const unlimited = await startTestServer({ ...mailServer.settings, RATE_LIMIT: 'off' })
    onTestFinished(unlimited.close)

    for (let i = 0; i < 5; i++) {
      const args = { email: 'jay@example.com' }
      expect((await unlimited.call('user:forgot-password', { args })).status).toBe(200)
    }
  })
})

describe('a server without a mail server', () => {
  it('answers NotConfigured to every address', async () => {
    const silent = await startTestServer()
    onTestFinished(silent.close)

    const answer = await silent.call('user:forgot-password', { args: { email: 'a@example.com' } })

    expect(answer.status).toBe(503)
    expect(answer.error?.name).toBe('NotConfigured')
  })
})

async function signUp(email: string, profile: Record<string, unknown> = {}) {
  const body = { auth_data: { email }, password: testPassword, profile }
  return (await server.call('auth:signup', body)).result
}

function forgot(email: string) {
  return server.call('user:forgot-password', { args: { email } }, { key: null })
}

async function noRequestIsLeft(): Promise<void> {
  while ((await server.sql('select id from reset_request')).length > 0) await sleep(50)
}

async function outboxIsEmpty(): Promise<void> {
  while ((await server.sql('select id from outbox_mail')).length > 0) await sleep(50)
}
