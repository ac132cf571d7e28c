import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../packages/server/src/testing/free-port.ts'
import { linkIn, type MailServer } from '../../packages/server/src/testing/mail-server.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium, launchChromium } from '../chromium.ts'
import { startMailingServer } from './mailing-server.ts'

/** Pictures of every page, for people to look at; not in git. */
const ARTIFACTS = join(import.meta.dirname, '../../artifacts/pages')

const password = 'correct horse battery'

const devices: Record<string, BrowserContextOptions> = {
  phone: { viewport: { width: 390, height: 844 }, locale: 'en' },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'zh-TW' },
  desktop: { viewport: { width: 1_280, height: 800 }, locale: 'en' },
}

describe.skipIf(!findChromium())('pages (skipped when there is no Chromium)', () => {
  let browser: Browser
  let server: TestServer
  let mailServer: MailServer
  let devServer: TestServer
  let close: () => Promise<void>
  const links: Record<string, string> = {}

  beforeAll(async () => {
    browser = await launchChromium()
    ;({ server, mailServer, close } = await startMailingServer({ RATE_LIMIT: 'off' }))
    const { access_token: token } = await signUp(server)
    await server.call('user:forgot-password', { args: { email: 'amy@example.com' } })
    links['reset-password'] = linkIn(await mailServer.next()).href
    await server.call('user:verify_request', { args: { record_key: 'email' } }, { token })
    links['verify'] = linkIn(await mailServer.next()).href
    for (const [name, path] of Object.entries({
      'forgot-password': '/forgot-password',
      'forgot-password-sent': '/forgot-password/sent',
      'reset-password-done': '/reset-password/done',
      'link-expired': '/reset-password?code=old&user_id=x&expire_at=1',
      'verify-done': '/user/verify-code/done',
      'verify-expired': '/user/verify-code/form?code=old&auth_id=x',
    })) {
      links[name] = server.url + path
    }
    devServer = await startTestServer({ PORT: String(await findFreePort()) }, { dev: true })
    const dev = await signUp(devServer)
    const args = { record_key: 'email' }
    await devServer.call('user:verify_request', { args }, { token: dev.access_token })
    links['dev-inbox'] = `${devServer.url}/dev/inbox`
    links['dev-start'] = devServer.url
    mkdirSync(ARTIFACTS, { recursive: true })
  })

  afterAll(async () => {
    await browser.close()
    await devServer.close()
    await close()
  })

  describe.each(Object.keys(devices))('on a %s', (device) => {
    it.each([
      'forgot-password',
      'forgot-password-sent',
      'reset-password',
      'reset-password-done',
      'link-expired',
      'verify',
      'verify-done',
      'verify-expired',
      'dev-inbox',
      'dev-start',
    ])('%s is good to look at and to listen to', async (name) => {
      const page = await open(device, links[name]!)

      await page.screenshot({ path: join(ARTIFACTS, `${name}-${device}.png`), fullPage: true })

      expect(await seriousProblems(page)).toEqual([])
      expect(await overflow(page)).toBe(0)
      await page.context().close()
    })

    it('a refused password is told', async () => {
      const page = await open(device, links['reset-password']!)
      await page.locator('#password').fill('short')
      await page.locator('#confirm').fill('short')
      await page.getByRole('button').click()
      await page.getByRole('alert').waitFor()

      await page.screenshot({ path: join(ARTIFACTS, `reset-password-refused-${device}.png`) })

      expect(await seriousProblems(page)).toEqual([])
      await page.context().close()
    })
  })

  it.each(['desktop', 'phone-dark'])(
    'a mail in the dev inbox can be read on a %s',
    async (device) => {
      const page = await open(device, links['dev-inbox']!)
      const mail = page.frameLocator('iframe').first()

      const title = await mail.getByRole('heading').screenshot()

      // As much as WCAG asks for at its strictest.
      expect(await contrastIn(title, page)).toBeGreaterThan(7)
      await page.context().close()
    },
  )

  it('a mail in the dev inbox has a time that people read', async () => {
    const page = await open('desktop', links['dev-inbox']!)

    expect(await page.locator('time').first().textContent()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/)
    await page.context().close()
  })

  it('a mail in the dev inbox leads on', async () => {
    const page = await open('desktop', links['dev-inbox']!)
    const opened = page.waitForEvent('popup')

    await page.frameLocator('iframe').first().getByRole('link').first().click()

    const popup = await opened
    await popup.getByRole('button').click()
    await expect.poll(() => popup.title()).toContain('Your address is confirmed')
    await page.context().close()
  })

  it('WB-09, RS-17: run no script and load nothing from elsewhere, whatever is put into them', async () => {
    const page = await open('desktop', 'about:blank')
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) elsewhere.push(request.url())
    })
    const evil = encodeURIComponent('"><img src=https://evil.example/x onerror=alert(1)><script>')
    let alerts = 0
    page.on('dialog', async (dialog) => {
      alerts += 1
      await dialog.dismiss()
    })
    for (const path of [
      `/reset-password?code=${evil}&user_id=${evil}&expire_at=${evil}`,
      `/user/verify-code/form?code=${evil}&auth_id=${evil}`,
    ]) {
      await page.goto(server.url + path)
    }
    await page.goto(`${server.url}/forgot-password`)
    await page.locator('#email').evaluate((field: HTMLInputElement) => {
      field.type = 'text'
      field.value = '"><img src=https://evil.example/x onerror=alert(1)>'
    })
    await page.getByRole('button').click()

    expect(await page.locator('img').count()).toBe(0)
    expect(elsewhere).toEqual([])
    expect(alerts).toBe(0)
  })

  async function open(device: string, link: string): Promise<Page> {
    const context = await browser.newContext(devices[device])
    const page = await context.newPage()
    await page.goto(link)
    return page
  }
})

async function signUp(server: TestServer) {
  const body = { auth_data: { email: 'amy@example.com' }, password }
  return (await server.call('auth:signup', body)).result
}

/** What axe finds that keeps somebody out. */
async function seriousProblems(page: Page): Promise<string[]> {
  // Evaluated and not added to the page, whose policy forbids scripts.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, { iframes: false }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Between the brightest and the darkest pixel of a picture, as WCAG reckons it. */
function contrastIn(picture: Buffer, page: Page): Promise<number> {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!
    canvas.drawImage(bitmap, 0, 0)
    const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height)
    const linear = (value: number) => (value / 255) ** 2.2
    const luminances: number[] = []
    for (let at = 0; at < data.length; at += 4) {
      const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!].map(linear)
      luminances.push(0.2126 * red! + 0.7152 * green! + 0.0722 * blue!)
    }
    const brightest = luminances.reduce((one, other) => Math.max(one, other))
    const darkest = luminances.reduce((one, other) => Math.min(one, other))
    return (brightest + 0.05) / (darkest + 0.05)
  }, picture.toString('base64'))
}

/** Pixels by which the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
}
