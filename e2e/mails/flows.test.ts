import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  linkIn,
  type MailServer,
  type ReceivedMail,
} from '../../packages/server/src/testing/mail-server.ts'
import type { TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Client, createClient, createMemoryStorage } from '../../packages/skygear/src/index.ts'
import { findChromium, launchChromium } from '../chromium.ts'
import { startMailingServer } from './mailing-server.ts'

const password = 'correct horse battery'
const newPassword = 'another horse battery'

let server: TestServer
let mailServer: MailServer
let close: () => Promise<void>

beforeAll(async () => {
  ;({ server, mailServer, close } = await startMailingServer({ RATE_LIMIT: 'off' }))
})

afterAll(() => close())

describe.skipIf(!findChromium())('in a browser without JavaScript', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium()
  })

  afterAll(() => browser.close())

  async function open(link: string): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(link)
    return page
  }

  it('a forgotten password is set anew by the link in the mail', async () => {
    const client = await signUp('amy@example.com')
    await client.auth.logout()
    await client.auth.forgotPassword('amy@example.com')

    const page = await open(linkIn(await mailServer.next('amy@example.com')).href)
    await setPassword(page, newPassword)

    expect(await page.title()).toBe('Your password is set · bookshop')
    expect(page.url()).toBe(`${server.url}/reset-password/done`)
    const user = await client.auth.loginWithEmail('amy@example.com', newPassword)
    expect(user.email).toBe('amy@example.com')
  })

  it('the published SDK asks for the link, and logs in with the new password', async () => {
    await signUp('bea@example.com')
    expect(await published('forgot', 'bea@example.com')).toEqual({ result: { status: 'OK' } })

    const page = await open(linkIn(await mailServer.next('bea@example.com')).href)
    await setPassword(page, newPassword)

    expect(await published('logIn', 'bea@example.com', newPassword)).toEqual({
      result: 'bea@example.com',
    })
  })

  it('passwords that differ or are refused can be corrected', async () => {
    const client = await signUp('cat@example.com')
    await client.auth.forgotPassword('cat@example.com')
    const page = await open(linkIn(await mailServer.next('cat@example.com')).href)

    await setPassword(page, newPassword, 'something else')
    expect(await page.getByRole('alert').textContent()).toBe('The two passwords are not the same.')
    await setPassword(page, 'short')
    expect(await page.getByRole('alert').textContent()).toContain('at least 8')
    await setPassword(page, newPassword)

    expect(await page.title()).toContain('Your password is set')
  })

  it('a link that was used leads to a new one', async () => {
    const client = await signUp('dan@example.com')
    await client.auth.forgotPassword('dan@example.com')
    const link = linkIn(await mailServer.next('dan@example.com')).href
    await setPassword(await open(link), newPassword)
    await mailServer.next('dan@example.com')

    const page = await open(link)
    expect(await page.title()).toContain('This link no longer works')
    await page.getByLabel('E-mail address').fill('dan@example.com')
    await page.getByRole('button').click()

    await expect.poll(() => page.title()).toContain('Check your mail')
    expect((await mailServer.next('dan@example.com')).subject).toContain('Set a new password')
  })

  it('RS-12: a link that is only looked at, however often, still works', async () => {
    const client = await signUp('eve@example.com')
    await client.auth.forgotPassword('eve@example.com')
    await client.auth.requestVerification('email')
    const mails = [
      await mailServer.next('eve@example.com'),
      await mailServer.next('eve@example.com'),
    ]
    const links = mails.map((mail) => linkIn(mail).href)
    for (let i = 0; i < 20; i++) {
      for (const link of links) {
        await fetch(link)
        await fetch(link, { method: 'HEAD', headers: { 'Sec-Purpose': 'prefetch' } })
      }
    }

    const [verifyLink, resetLink] = links.toSorted((a, b) => b.localeCompare(a))
    const page = await open(verifyLink!)
    await page.getByRole('button').click()
    await expect.poll(() => page.title()).toContain('Your address is confirmed')
    await setPassword(await open(resetLink!), newPassword)
    expect((await client.auth.loginWithEmail('eve@example.com', newPassword)).email).toBeDefined()
  })

  it('an address is confirmed by the link in the mail', async () => {
    const client = await signUp('fay@example.com')
    await client.auth.requestVerification('email')

    const page = await open(linkIn(await mailServer.next('fay@example.com')).href)
    expect(await page.getByRole('main').textContent()).toContain('fay@example.com')
    await page.getByRole('button').click()

    await expect.poll(() => page.url()).toBe(`${server.url}/user/verify-code/done`)
    expect(await client.auth.whoami()).toMatchObject({ email_verified: true, is_verified: true })
  })

  it('shows Traditional Chinese to whoever reads it', async () => {
    const context = await browser.newContext({ locale: 'zh-TW', javaScriptEnabled: false })
    const page = await context.newPage()

    await page.goto(`${server.url}/forgot-password`)

    expect(await page.getByRole('heading').textContent()).toBe('忘記密碼？')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hant')
  })
})

describe('by code', () => {
  it('an address is confirmed with our SDK', async () => {
    const client = await signUp('gus@example.com')
    expect(await client.auth.requestVerification('email')).toBeUndefined()
    const code = codeIn(await mailServer.next('gus@example.com'))

    const user = await client.auth.verifyUserWithCode(code)

    expect(user['email_verified']).toBe(true)
    expect(client.auth.currentUser?.['email_verified']).toBe(true)
  })

  it('an address is confirmed with the published SDK', async () => {
    await signUp('hal@example.com')
    const asked = await published('requestVerification', 'hal@example.com', password)
    expect(asked).toEqual({ result: 'nothing' })
    const code = codeIn(await mailServer.next('hal@example.com'))

    const verified = await published('verify', 'hal@example.com', password, code)

    expect(verified).toEqual({ result: { email: 'hal@example.com', verified: true } })
  })

  it('a password is set with our SDK, and with the published one', async () => {
    const client = await signUp('ida@example.com')
    for (const reset of [client.auth.resetPassword, publishedReset]) {
      await client.auth.forgotPassword('ida@example.com')
      const mail = await nextWithLink('ida@example.com')
      const { searchParams } = linkIn(mail)
      const [userId, code] = [searchParams.get('user_id')!, searchParams.get('code')!]
      const expireAt = Number(searchParams.get('expire_at'))

      expect(await reset(userId, code, expireAt, newPassword)).toEqual({ status: 'OK' })
    }
    const wrong = client.auth.resetPassword('nobody', 'wrong', 1, newPassword)
    await expect(wrong).rejects.toMatchObject({ code: 110 })
    expect(await published('reset', 'nobody', 'wrong', '1', newPassword)).toMatchObject({
      error: { code: 110 },
    })
  })
})

async function signUp(email: string): Promise<Client> {
  const client = createClient({ storage: createMemoryStorage() })
  await client.config({ endPoint: server.url, apiKey: server.apiKey })
  await client.auth.signupWithEmail(email, password)
  return client
}

async function setPassword(page: Page, text: string, confirm = text): Promise<void> {
  await page.getByLabel('New password', { exact: true }).fill(text)
  await page.getByLabel('New password, once more').fill(confirm)
  await Promise.all([page.waitForEvent('load'), page.getByRole('button').click()])
}

async function nextWithLink(recipient: string): Promise<ReceivedMail> {
  for (;;) {
    const mail = await mailServer.next(recipient)
    if (mail.text?.includes('http')) return mail
  }
}

function codeIn({ text = '' }: ReceivedMail): string {
  return /^ {4}(\w+)$/m.exec(text)?.[1] ?? ''
}

async function published(step: string, ...args: string[]): Promise<unknown> {
  const script = fileURLToPath(new URL('../published/run-mail-step.mjs', import.meta.url))
  const command = [script, server.url, server.apiKey, step, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, command)
  return JSON.parse(stdout)
}

async function publishedReset(userId: string, code: string, expireAt: number, text: string) {
  const answer = await published('reset', userId, code, String(expireAt), text)
  return (answer as { result?: unknown }).result
}
