import path from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { createClient } from '../../packages/skygear/src/index.ts'
import { useUser } from '../../packages/skygear/src/react.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from '../guide/chromium-stage.ts'
import { App } from './react-app.ts'

const HEAD = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">'

it('skygear/react draws on a server, for nobody yet', () => {
  expect(renderToString(createElement(App))).toContain('restoring nobody')
})

it('skygear/react tells when there is no provider', () => {
  const Lost = () => createElement('p', null, useUser()?.username)

  expect(() => renderToString(createElement(Lost))).toThrow('<SkygearProvider>')
})

describe.skipIf(!findChromium())('skygear/react, in Chromium (skipped when there is none)', () => {
  let server: TestServer
  let stage: ChromiumStage
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT: 'off' })
    stage = await createChromiumStage()
    stage.addFile('app.mjs', await bundleApp())
    const somebody = await createClient().config({ endPoint: server.url, apiKey: server.apiKey })
    await somebody.auth.signupWithUsername('amy', 'correct horse')
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })
  beforeEach(() => {
    complaints = []
  })

  async function openApp(drawnByServer = ''): Promise<void> {
    page = await stage.openPage(`${HEAD}<div id="root">${drawnByServer}</div>`)
    await startApp(page)
  }

  async function startApp(tab: Page): Promise<void> {
    const configuration = JSON.stringify({ endPoint: server.url, apiKey: server.apiKey })
    tab.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    tab.on('pageerror', (error) => complaints.push(error.message))
    // What the page shows before anything else can happen counts as its first paint.
    await tab.evaluate(`import('/app.mjs').then(async ({ start }) => {
      const shown = []
      globalThis.shown = shown
      new MutationObserver(() => shown.push(document.querySelector('p')?.textContent))
        .observe(document.querySelector('#root'), { childList: true, characterData: true, subtree: true })
      start(${configuration})
    })`)
  }

  function expectShown(text: string, tab: Page = page): Promise<void> {
    return expect.poll(() => tab.textContent('p'), { interval: 10 }).toBe(text)
  }

  it('shows log-in, changes of the user and log-out, in every tab', async () => {
    await openApp()
    await expectShown('anonymous nobody')
    const other = await page.context().newPage()
    await other.goto(page.url())
    await startApp(other)

    await page.click('#login')
    await expectShown('signedIn amy')
    await expectShown('signedIn amy', other)
    await other.click('#rename')
    await expectShown('signedIn amelia', other)
    await expectShown('signedIn amelia')
    await other.click('#logout')
    await expectShown('signedOut nobody', other)
    await expectShown('signedOut nobody')

    expect(complaints).toEqual([])
  })

  it('shows the remembered user at the first paint, and takes over what a server drew', async () => {
    const somebody = createClient()
    await somebody.config({ endPoint: server.url, apiKey: server.apiKey })
    await somebody.auth.signupWithUsername('bob', 'correct horse')
    await openApp()
    await page.evaluate(
      ([token, user]) => {
        localStorage.setItem('skygear-accesstoken', String(token))
        localStorage.setItem('skygear-user', String(user))
      },
      [somebody.auth.accessToken, JSON.stringify(somebody.auth.currentUser)],
    )

    await page.reload()
    await startApp(page)
    await expectShown('signedIn bob')
    expect(await page.evaluate('shown[0]')).toBe('signedIn bob')

    const drawn = renderToString(createElement(App))
    await page.route(page.url(), (route) =>
      route.fulfill({ contentType: 'text/html', body: `${HEAD}<div id="root">${drawn}</div>` }),
    )
    await page.reload()
    expect(await page.textContent('p')).toBe('restoring nobody')
    await startApp(page)
    await expectShown('signedIn bob')
    expect(complaints).toEqual([])
  })
})

async function bundleApp(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'react-app.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // Here StrictMode does everything twice, and React tells what it does not like.
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
  })
  return outputFiles[0]!.contents
}
