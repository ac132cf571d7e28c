import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findFreePort } from '../../packages/server/src/testing/free-port.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium, launchChromium } from '../chromium.ts'
import { serveFolder } from '../guide/static-server.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const password = 'correct horse battery'

describe.skipIf(!findChromium())('examples/web, in Chromium (skipped when there is none)', () => {
  let server: TestServer
  let browser: Browser
  let app: Awaited<ReturnType<typeof serveFolder>>
  let folder: string
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    server = await startTestServer({ PORT: String(await findFreePort()) }, { dev: true })
    folder = mkdtempSync(path.join(tmpdir(), 'skygear-example-'))
    await buildExample(server, folder)
    app = await serveFolder(folder)
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser.close()
    await app.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(async () => {
    complaints = []
    page = await open()
  })

  /** The app as somebody finds it who was never here. */
  async function open(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
    const opened = await context.newPage()
    opened.setDefaultTimeout(10_000)
    opened.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    opened.on('pageerror', (error) => complaints.push(error.message))
    await opened.goto(app.url)
    return opened
  }

  async function enter(
    tab: Page,
    way: 'Log in' | 'Sign up',
    email: string,
    secret = password,
  ): Promise<void> {
    await tab.getByRole('navigation').getByRole('button', { name: way }).click()
    await tab.getByLabel('E-mail').fill(email)
    await tab.getByLabel('Password').fill(secret)
    await tab.getByRole('form').getByRole('button', { name: way }).click()
  }

  async function signUp(email: string): Promise<void> {
    await server.call('auth:signup', { auth_data: { email }, password })
  }

  async function changePassword(current: string, next: string): Promise<void> {
    await page.getByLabel('Current password').fill(current)
    await page.getByLabel('New password').fill(next)
    await press(page, 'Change password')
  }

  async function add(text: string): Promise<void> {
    await page.getByLabel('What is to be done?').fill(text)
    await press(page, 'Add')
    await page.getByRole('listitem').filter({ hasText: text }).waitFor()
  }

  it('keeps private notes to their owner, and lets everybody read shared ones', async () => {
    await enter(page, 'Sign up', 'amy@example.com')
    await page.getByRole('heading', { name: 'Hello, amy@example.com' }).waitFor()
    await add('Write a diary')
    await page.getByRole('checkbox').check()
    await page.locator('s', { hasText: 'Write a diary' }).waitFor()
    expect(await seriousProblems(page)).toEqual([])
    await press(page, 'Shared')
    await add('Water the plants')

    const other = await open()
    await press(other, 'Just try it')
    await other.getByText('Nothing to do.').waitFor()
    await press(other, 'Shared')
    const note = other.getByRole('listitem').filter({ hasText: 'Water the plants' })
    await note.getByText("somebody else's").waitFor()
    expect(await note.getByRole('checkbox').isDisabled()).toBe(true)
    expect(await note.getByRole('button').count()).toBe(0)

    await press(page, 'Delete Water the plants')
    await page.getByText('Nothing to do.').waitFor()
    await page.reload()
    await page.locator('s', { hasText: 'Write a diary' }).waitFor()
    await press(page, 'Log out')
    await page.getByText('You are logged out.').waitFor()
    expect(complaints).toEqual([])
  })

  it('lets a stranger begin, and keep the notes under an account', async () => {
    await press(page, 'Just try it')
    await page.getByRole('heading', { name: 'Hello, stranger' }).waitFor()
    await add('Find a name')
    await press(page, 'Account')
    await page.getByLabel('E-mail').fill('bob@example.com')
    await page.getByLabel('Password').fill(password)
    expect(await seriousProblems(page)).toEqual([])
    await press(page, 'Make it an account')
    await page.getByRole('heading', { name: 'Hello, bob@example.com' }).waitFor()
    expect(await page.getByText('Keep your notes').count()).toBe(0)

    await page.getByLabel('Nickname').fill('Bob')
    await press(page, 'Save')
    await page.getByRole('heading', { name: 'Hello, Bob' }).waitFor()

    const elsewhere = await open()
    await enter(elsewhere, 'Log in', 'bob@example.com')
    await elsewhere.getByText('Find a name').waitFor()
    expect(complaints).toEqual([])
  })

  it('asks an anonymous user before logging out', async () => {
    await press(page, 'Just try it')
    await press(page, 'Log out')
    const question = page.getByRole('dialog', { name: 'Log out and lose your notes?' })
    await question.waitFor()
    expect(await seriousProblems(page)).toEqual([])

    await page.keyboard.press('Enter')
    await question.waitFor({ state: 'hidden' })
    await page.getByRole('heading', { name: 'Hello, stranger' }).waitFor()
    await press(page, 'Log out')
    await press(page, 'Log out anyway')
    await page.getByText('You are logged out.').waitFor()
    expect(complaints).toEqual([])
  })

  it('says in words of its own what was refused, until another way in is chosen', async () => {
    await signUp('cleo@example.com')
    const alert = page.getByRole('alert')
    expect(await page.getByRole('status').count()).toBe(0)

    await enter(page, 'Log in', 'nobody@example.com')
    expect(await alert.textContent()).toBe('Wrong e-mail address or password.')
    expect(await seriousProblems(page)).toEqual([])
    await press(page, 'Sign up')
    expect(await alert.count()).toBe(0)
    expect(await page.getByLabel('E-mail').inputValue()).toBe('nobody@example.com')
    await enter(page, 'Sign up', 'dora@example.com', 'short')
    expect(await alert.textContent()).toContain('at least 8 characters')
    await enter(page, 'Log in', 'cleo@example.com', 'a wrong password')
    expect(await alert.textContent()).toBe('Wrong e-mail address or password.')
  })

  it('sends a link to set a new password', async () => {
    await signUp('erik@example.com')
    await press(page, 'Forgot password?')
    await page.getByLabel('E-mail').fill('erik@example.com')
    await press(page, 'Send me a link')
    await page.getByRole('status').waitFor()
    expect(await seriousProblems(page)).toEqual([])

    // The server looks for the user after it has answered.
    const inbox = () => fetch(`${server.url}/dev/inbox`).then((answer) => answer.text())
    await expect.poll(inbox).toContain('erik@example.com')
    expect(complaints).toEqual([])
  })

  it('lists devices, logs out the others, and tells them why', async () => {
    await enter(page, 'Sign up', 'fay@example.com')
    await page.getByRole('heading', { name: 'Hello, fay@example.com' }).waitFor()
    const elsewhere = await open()
    await enter(elsewhere, 'Log in', 'fay@example.com')
    await elsewhere.getByText('Nothing to do.').waitFor()
    await fetch(`${server.url}/auth/login`, {
      method: 'POST',
      headers: { 'X-Skygear-API-Key': server.apiKey, 'User-Agent': 'Notes/3 Darwin/22.6.0' },
      body: JSON.stringify({ auth_data: { email: 'fay@example.com' }, password }),
    })

    await press(page, 'Account')
    await expect.poll(() => page.getByRole('listitem').count()).toBe(3)
    const devices = page.getByRole('listitem').locator('span')
    expect((await devices.allTextContents()).toSorted()).toEqual([
      expect.stringMatching(/^Chrome on \w+$/),
      expect.stringMatching(/^Chrome on \w+$/),
      'Unknown device',
    ])
    await press(page, 'Log out all other devices')
    await expect.poll(() => page.getByRole('listitem').count()).toBe(1)
    await page.getByText('this device').waitFor()
    expect(complaints).toEqual([])

    await press(elsewhere, 'Shared')
    await elsewhere.getByText('This device was logged out from another one.').waitFor()
    expect(await seriousProblems(elsewhere)).toEqual([])
    await press(elsewhere, 'Forgot password?')
    expect(await elsewhere.getByRole('status').count()).toBe(0)
  })

  it('changes the password, and logs out other devices when asked to', async () => {
    await enter(page, 'Sign up', 'gil@example.com')
    const elsewhere = await open()
    await enter(elsewhere, 'Log in', 'gil@example.com')
    await elsewhere.getByText('Nothing to do.').waitFor()
    await press(page, 'Account')
    await expect.poll(() => page.getByRole('listitem').count()).toBe(2)
    expect(await seriousProblems(page)).toEqual([])

    await changePassword('a wrong password', 'battery horse correct')
    await page.getByText('The current password is wrong.').waitFor()
    await page.getByLabel('Log out all other devices').check()
    await changePassword(password, 'battery horse correct')
    await page.getByText('Your password is changed.').waitFor()
    await expect.poll(() => page.getByRole('listitem').count()).toBe(1)

    await press(elsewhere, 'Shared')
    await elsewhere.getByText('your password was changed on another device').waitFor()
    await enter(elsewhere, 'Log in', 'gil@example.com', 'battery horse correct')
    await elsewhere.getByText('Nothing to do.').waitFor()
  })

  it('has room for long names on a phone', async () => {
    const email = `${'maximiliane.'.repeat(4)}@subdomain.of.example.com`.replace('.@', '@')
    await enter(page, 'Sign up', email)
    const heading = page.getByRole('heading', { name: `Hello, ${email}` })
    await press(page, 'Account')
    await page.getByText(`You log in as ${email}.`).waitFor()

    expect((await heading.boundingBox())!.height).toBeLessThan(48)
    const width = await page.evaluate('document.documentElement.scrollWidth')
    expect(width).toBe(page.viewportSize()!.width)
  })
})

/** Builds the app as its developer would, on the SDK's sources: tests need no build. */
async function buildExample({ url, apiKey }: TestServer, outDir: string): Promise<void> {
  const source = (file: string) => path.join(ROOT, 'packages/skygear/src', file)
  await build({
    root: path.join(ROOT, 'examples/web'),
    logLevel: 'error',
    define: {
      'import.meta.env.VITE_SKYGEAR_ENDPOINT': JSON.stringify(url),
      'import.meta.env.VITE_SKYGEAR_API_KEY': JSON.stringify(apiKey),
    },
    resolve: {
      alias: [
        { find: /^skygear$/, replacement: source('index.ts') },
        { find: /^skygear\/react$/, replacement: source('react.ts') },
      ],
    },
    build: { outDir, emptyOutDir: true },
  })
}

function press(page: Page, name: string): Promise<void> {
  return page.getByRole('button', { name, exact: true }).click()
}

/** What axe finds that keeps somebody out. */
async function seriousProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
