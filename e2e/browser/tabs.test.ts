import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from '../guide/chromium-stage.ts'
import { runInPage } from './sdk-page.ts'

const WHO = 'return [auth.currentUser && auth.currentUser.username, auth.accessToken]'
/** The hint of a known device outlasts sessions. */
const STORED = `return Object.keys(localStorage).filter((key) => !key.endsWith('-device')).sort()`

describe.skipIf(!findChromium())('tabs, in Chromium (skipped when there is none)', () => {
  let server: TestServer
  let stage: ChromiumStage
  let one: Page
  let other: Page

  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT: 'off' })
    stage = await createChromiumStage()
    one = await stage.openPage()
    for (const name of ['amy', 'bob']) {
      await run(one, `await auth.signupWithUsername('${name}', 'correct horse')`)
    }
    other = await openTab()
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })

  beforeEach(async () => {
    await run(one, logIn('amy'))
    await expectEverywhere('amy')
    for (const tab of [one, other]) await run(tab, 'heard.users.length = heard.states.length = 0')
  })

  async function openTab(): Promise<Page> {
    const tab = await one.context().newPage()
    await tab.goto(one.url())
    await run(tab, '')
    return tab
  }

  function run(page: Page, body: string): Promise<unknown> {
    return runInPage(page, server, body)
  }

  function logIn(name: string): string {
    return `await auth.loginWithUsername('${name}', 'correct horse')`
  }

  /** Soon, both tabs know the same user with the same token, and the server agrees. */
  async function expectEverywhere(name: string | null): Promise<void> {
    const everywhere = () => Promise.all([run(one, WHO), run(other, WHO)])
    await expect
      .poll(async () => (await everywhere()).flat(), { interval: 10 })
      .toEqual([name, name && expect.any(String), name, name && expect.any(String)])
    const [first, second] = await everywhere()
    expect(second).toEqual(first)
    if (name) expect(await run(one, 'return (await auth.whoami()).username')).toBe(name)
    else expect(await run(one, STORED)).toEqual([])
  }

  /** Keeps back the next `me` of a tab, on its way to the server or back. */
  async function hold(page: Page, way: 'there' | 'back') {
    const arrived = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    await page.route(
      `${server.url}/me`,
      async (route) => {
        const response = way === 'back' ? await route.fetch() : undefined
        arrived.resolve()
        await gate.promise
        if (response) await route.fulfill({ response })
        else await route.continue()
      },
      { times: 1 },
    )
    return { arrived: arrived.promise, release: gate.resolve }
  }

  it('SD-06: hear of log-in, log-out and a switch of users in each other', async () => {
    await run(other, logIn('bob'))
    await expectEverywhere('bob')
    await run(other, 'await auth.logout()')
    await expectEverywhere(null)

    const { users, states } = (await run(one, 'return heard')) as { [kind: string]: string[] }

    // The moment between two users is seen or not.
    expect(users?.slice(-2)).toEqual(['bob', null])
    expect(states).toContain('signedIn bob otherTab')
    expect(states?.at(-1)).toBe('signedOut otherTab')
  })

  it('show in one what has changed of the user in the other, without a change of user', async () => {
    await run(
      other,
      `auth.currentUser.interest = 'reading'
       await skygear.publicDB.save(auth.currentUser)
       await auth.whoami()`,
    )

    await expect.poll(() => run(one, 'return auth.currentUser.interest')).toBe('reading')
    expect(await run(one, 'return heard')).toMatchObject({ users: [] })
  })

  it('show nothing of a user who has left, when the answer comes late', async () => {
    const { arrived, release } = await hold(one, 'back')
    const asked = run(one, 'return (await auth.whoami()).username')
    await arrived
    await run(other, `await auth.logout(); ${logIn('bob')}`)
    await expect.poll(() => run(one, WHO)).toContain('bob')
    release()

    expect(await asked).toBe('amy')
    await expectEverywhere('bob')
    expect(await run(one, 'return localStorage["skygear-user"]')).toContain('bob')
  })

  it('R-37: keep the session when the refusal of an older token comes late', async () => {
    const { release } = await hold(one, 'there')
    const asked = run(one, 'return auth.whoami().catch((error) => error.code)')
    const before = await run(other, 'return auth.accessToken')
    await run(other, `await auth.changePassword('correct horse', 'correct horse', true)`)
    await expect.poll(() => run(one, 'return auth.accessToken')).not.toBe(before)
    release()

    expect(await asked).toBe(104)
    await expectEverywhere('amy')
    expect(await run(one, 'return heard')).toMatchObject({ users: [] })
  })

  it('R-38: agree on one user when both log in at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([run(one, logIn('amy')), run(other, logIn('bob'))])

      const agreed = () => Promise.all([run(one, WHO), run(other, WHO)])
      await expect
        .poll(async () => {
          const [first, second] = (await agreed()) as string[][]
          return first?.[0] && first.join() === second?.join()
        })
        .toBe(true)
      await expectEverywhere(String(((await agreed()) as string[][])[0]?.[0]))
    }
  })

  it('R-36: are all signed out by a token that has ended, each once', async () => {
    await run(
      await openTab(),
      `const elsewhere = createClient({ name: 'elsewhere' })
       await elsewhere.config(configuration)
       await elsewhere.auth.loginWithUsername('amy', 'correct horse')
       await elsewhere.auth.changePassword('correct horse', 'correct horse', true)
       await elsewhere.auth.logout()`,
    )

    const asked = 'return auth.whoami().catch((error) => error.code)'
    expect(await Promise.all([run(one, asked), run(other, asked)])).toEqual([104, 104])

    for (const tab of [one, other]) {
      const { users } = (await run(tab, 'return heard')) as { users: Array<string | null> }
      expect(users).toEqual([null])
    }
    expect(await run(one, STORED)).toEqual([])
  })

  it('keep clients of different names apart', async () => {
    const asAdmin = `
      globalThis.admin ??= createClient({ name: 'admin' })
      globalThis.adminHeard ??= watch(admin)
      await admin.config(configuration)`
    await run(other, asAdmin)
    await run(one, `${asAdmin}; await admin.auth.loginWithUsername('bob', 'correct horse')`)
    await expect.poll(() => run(other, 'return adminHeard.users')).toEqual(['bob'])

    await run(one, 'await auth.logout()')
    await expect.poll(() => run(other, WHO)).toEqual([null, null])

    expect(await run(other, 'return (await admin.auth.whoami()).username')).toBe('bob')
    await run(one, 'await admin.auth.logout()')
  })

  it('look again when they come back from where the browser keeps left pages', async () => {
    await run(one, 'localStorage.clear()')
    expect(await run(one, WHO)).not.toContain(null)

    await run(one, `dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`)

    expect(await run(one, WHO)).toEqual([null, null])
  })

  it('SD-07: go on in memory when there is no room, and say so once', async () => {
    const warnings: string[] = []
    one.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
    await run(
      one,
      `await auth.logout()
       for (let size = 5_000_000; size >= 1; size = Math.floor(size / 2)) {
         for (let key = 0; key < 3; key += 1) {
           try { localStorage.setItem('x' + size + key, 'x'.repeat(size)) } catch {}
         }
       }
       ${logIn('bob')}
       await auth.whoami()`,
    )

    expect(await run(one, WHO)).toEqual(['bob', expect.any(String)])
    expect(await run(other, WHO)).toEqual([null, null])
    expect(warnings).toHaveLength(1)
  })
})
