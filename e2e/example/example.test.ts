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

  async function enter(tab: Page, name: 'Log in' | 'Sign up', email: string): Promise<void> {
    if (name === 'Sign up') await press(tab, 'New here?')
    await tab.getByLabel('E-mail').fill(email)
    await tab.getByLabel('Password').fill(password)
    await press(tab, name)
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
    await page.getByRole('button', { name: 'Log in' }).waitFor()
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
    await press(page, 'Private')
    await press(page, 'Account')
    await expect.poll(() => page.getByRole('listitem').count()).toBe(2)
    await press(page, 'Sign out elsewhere')
    await expect.poll(() => page.getByRole('listitem').count()).toBe(1)
    await page.getByText('this one').waitFor()
    expect(complaints).toEqual([])

    await press(elsewhere, 'Shared')
    await elsewhere.getByText('You are signed out.').waitFor()
  })

  it('tells what was refused, and sends a link to set a new password', async () => {
    expect(await page.getByText('You are signed out.').count()).toBe(0)
    await enter(page, 'Log in', 'nobody@example.com')
    await page.getByRole('alert').waitFor()
    expect(await seriousProblems(page)).toEqual([])

    await server.call('auth:signup', { auth_data: { email: 'cleo@example.com' }, password })
    await press(page, 'Forgot password?')
    await page.getByLabel('E-mail').fill('cleo@example.com')
    await press(page, 'Send me a link')
    await page.getByRole('status').waitFor()
    expect(await seriousProblems(page)).toEqual([])

    // The server looks for the user after it has answered.
    const inbox = () => fetch(`${server.url}/dev/inbox`).then((answer) => answer.text())
    await expect.poll(inbox).toContain('cleo@example.com')
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
