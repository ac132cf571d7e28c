import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { createClient } from '../../packages/skygear/src/index.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from './chromium-stage.ts'
import { describeGuide, isPage, withServer } from './describe-guide.ts'
import { guideSample, guideSampleNames } from './samples.ts'

const SCRIPT_ELEMENT = 'getting-started.md: With a script element'

describe.skipIf(!findChromium())('the guide, in Chromium (skipped when there is none)', () => {
  let stage: ChromiumStage

  beforeAll(async () => {
    stage = await createChromiumStage()
  })
  afterAll(() => stage.close())

  describeGuide(() => stage)

  it('has one sample of HTML, which is tested below', () => {
    const pages = guideSampleNames().filter((name) => isPage(guideSample(name)))

    expect(pages).toEqual([SCRIPT_ELEMENT])
  })

  describe('a page', () => {
    let server: TestServer
    let page: Page

    beforeEach(async () => {
      server = await startTestServer({ RATE_LIMIT: 'off' })
    })
    afterEach(async () => {
      await page.context().close()
      await server.close()
    })

    it('keeps the session over a reload, for currentUser at once and for the server', async () => {
      page = await stage.openPage()
      await run(`
        await skygear.config(configuration)
        await skygear.auth.signupWithUsername('amy', 'correct horse')`)
      await page.reload()

      const seen = await run(`
        const changes = []
        skygear.auth.onUserChanged((user) => changes.push(user))
        skygear.config(configuration)
        const atOnce = skygear.auth.currentUser.username
        const user = await skygear.auth.whoami()
        return { atOnce, asked: user.username, changes }`)

      expect(seen).toEqual({ atOnce: 'amy', asked: 'amy', changes: [] })
    })

    it('forgets the session over a reload after a log-out', async () => {
      page = await stage.openPage()
      await run(`
        await skygear.config(configuration)
        await skygear.auth.signupWithUsername('amy', 'correct horse')
        await skygear.auth.logout()`)
      await page.reload()

      const seen = await run(`
        skygear.config(configuration)
        return [skygear.auth.currentUser, Object.keys(localStorage)]`)

      // The hint of a known device says nothing of the user.
      expect(seen).toEqual([null, ['skygear-device']])
    })

    it('welcomes back after a reload, as the guide shows', async () => {
      const { code } = guideSample('sessions.md: How a session lives')
      page = await stage.openPage()
      await run(`
        await skygear.config(configuration)
        await skygear.auth.signupWithUsername('amy', 'correct horse')`)
      await page.reload()

      const printed = page.waitForEvent('console')
      await page.addScriptTag({ type: 'module', content: withServer(code, server) })

      expect((await printed).text()).toBe('Welcome back, amy')
    })

    it('works with a script element, as the guide shows', async () => {
      const { code } = guideSample(SCRIPT_ELEMENT)

      page = await stage.openPage(withServer(code, server))

      await expect.poll(() => page.textContent('#greeting')).toBe('Hello, amy')
      expect(await page.evaluate('skygear.auth.currentUser.username')).toBe('amy')
      await page.reload()
      await expect.poll(() => page.textContent('#greeting')).toBe('Welcome back, amy')
      expect(await page.evaluate('skygear.auth.currentUser.username')).toBe('amy')
    })

    it('shows why a script element cannot sign up, as the guide shows', async () => {
      const client = await createClient().config({ endPoint: server.url, apiKey: server.apiKey })
      await client.auth.signupWithUsername('amy', 'another password')
      const { code } = guideSample(SCRIPT_ELEMENT)

      page = await stage.openPage(withServer(code, server))

      await expect.poll(() => page.textContent('#greeting')).toBe('user duplicated')
    })

    /** Runs the body of a function in the page, with the SDK and how to reach the server. */
    function run(body: string, where: Page = page): Promise<unknown> {
      const { url: endPoint, apiKey } = server
      return where.evaluate(`import('skygear').then(async ({ default: skygear }) => {
        const configuration = ${JSON.stringify({ endPoint, apiKey })}
        ${body}
      })`)
    }
  })
})
