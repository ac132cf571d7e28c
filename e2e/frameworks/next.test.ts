import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { findChromium, launchChromium } from '../chromium.ts'
import { type AppProcess, startApp } from './app-process.ts'
import { clientOf, describeApp, type Running } from './describe-app.ts'
import { installSdk } from './install-sdk.ts'

const run = promisify(execFile)
const cwd = path.join(import.meta.dirname, 'next')
const next = path.join(import.meta.dirname, 'node_modules/next/dist/bin/next')

/** Builds the app, for which nothing of the server's own settings need be there, and starts it. */
async function startNext(env: Record<string, string>): Promise<AppProcess> {
  installSdk(cwd)
  await run(process.execPath, [next, 'build'], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      NEXT_TELEMETRY_DISABLED: '1',
      NEXT_PUBLIC_SKYGEAR_ENDPOINT: env['SKYGEAR_ENDPOINT'],
      NEXT_PUBLIC_SKYGEAR_API_KEY: env['SKYGEAR_API_KEY'],
    },
  })
  const args = (port: string) => [next, 'start', '--hostname', '127.0.0.1', '--port', port]
  return startApp({ cwd, args, env: { NEXT_TELEMETRY_DISABLED: '1', ...env } })
}

describeApp('Next.js 16', startNext, (running) => {
  it('draws a page for the user of the cookie, as long as the session lives', async () => {
    const { auth } = await clientOf(running.server)
    await auth.signupWithUsername('dora', 'correct horse')
    const given = await giveCookie(running, auth.accessToken!)
    const cookie = given.headers.get('Set-Cookie')!.split(';')[0]!

    expect(given.status).toBe(204)
    expect(given.headers.get('Set-Cookie')).toMatch(/; Secure; HttpOnly; SameSite=lax$/i)
    expect(await draw(running, cookie)).toContain('<h1>Hello, dora</h1>')
    expect(await draw(running)).toContain('<h1>Hello, stranger</h1>')

    await auth.logout()
    expect(await draw(running, cookie)).toContain('<h1>Hello, stranger</h1>')
  })

  it('takes the cookie for pages only, and no cookie from another site', async () => {
    const { auth } = await clientOf(running.server)
    await auth.signupWithUsername('emil', 'correct horse')
    const Cookie = `session=${auth.accessToken}`
    const { url } = running.app

    // What a form of another site could send: the cookie, but no header of its choice.
    const sent = await fetch(`${url}/session`, { method: 'POST', headers: { Cookie } })
    expect([sent.status, sent.headers.get('Set-Cookie')]).toEqual([401, null])
    const orders = await fetch(`${url}/api/orders`, { headers: { Cookie } })
    expect(orders.status).toBe(401)
    // What a browser asks before a script of another site may do more.
    const asked = await fetch(`${url}/session`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://another.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      },
    })
    expect(asked.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })

  it.skipIf(!findChromium())('keeps the cookie in step with the SDK, in Chromium', async () => {
    const browser = await launchChromium()
    const page = await browser.newPage()
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(error.message))
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
    const greets = (name: string) => page.getByRole('heading', { name: `Hello, ${name}` }).waitFor()
    const cookies = async () => page.context().cookies()

    await page.goto(running.app.url)
    await greets('stranger')
    expect(await page.textContent('#client')).toBe('anonymous')
    await press('Sign up')
    await greets('nora')
    await press('Orders')
    await page
      .locator('#orders')
      .filter({ hasText: /^[\w-]{36}$/ })
      .waitFor()
    expect(await cookies()).toMatchObject([{ name: 'session', httpOnly: true, sameSite: 'Lax' }])

    // The old token ends with the old password; the page must not forget the user for that.
    const [before] = await cookies()
    await press('Change password')
    await expect.poll(async () => (await cookies())[0]?.value).not.toBe(before!.value)
    const [after] = await cookies()
    expect(await draw(running, `session=${after!.value}`)).toContain('Hello, nora')
    await page.reload()
    await greets('nora')
    expect(await page.evaluate('document.cookie')).toBe('')

    await press('Log out')
    await greets('stranger')
    await expect.poll(cookies).toEqual([])
    expect(complaints).toEqual([])
    await browser.close()
  })

  it('draws no page while the Skygear server is away, and keeps the cookie', async () => {
    const { auth } = await clientOf(running.server)
    await auth.signupWithUsername('finn', 'correct horse')

    await running.server.stop()
    const response = await getPage(running, `session=${auth.accessToken}`)

    expect(response.status).toBe(500)
    expect(response.headers.get('Set-Cookie')).toBeNull()
  })
})

function giveCookie({ app }: Running, token: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}` }
  return fetch(`${app.url}/session`, { method: 'POST', headers })
}

/** The page as the server sends it, before any script runs. */
async function draw(running: Running, cookie = ''): Promise<string> {
  const response = await getPage(running, cookie)
  return response.text()
}

function getPage({ app }: Running, cookie: string): Promise<Response> {
  return fetch(app.url, { headers: { Cookie: cookie } })
}
