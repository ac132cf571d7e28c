import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from '../guide/chromium-stage.ts'
import { runInPage } from './sdk-page.ts'

/** Stands between page and server, and does with each call as the page has told it to. */
const SERVICE_WORKER = `
  let misbehave = async (call) => fetch(call)
  addEventListener('install', () => skipWaiting())
  addEventListener('activate', (event) => event.waitUntil(clients.claim()))
  addEventListener('message', ({ data, ports: [port] }) => {
    misbehave = eval(data)
    port.postMessage('done')
  })
  addEventListener('fetch', (event) => {
    if (event.request.method === 'POST') event.respondWith(misbehave(event.request))
  })`

const REGISTER = `
  await navigator.serviceWorker.register('/service-worker.js')
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
  }`

const PASS = '(call) => fetch(call)'
const DROP = 'async () => Response.error()'

function answer(status: number, body: string, headers = {}): string {
  const init = JSON.stringify({ status, headers })
  return `async () => new Response(${JSON.stringify(body)}, ${init})`
}

function refusal(code: number): string {
  return JSON.stringify({ error: { name: 'No', code, message: 'no' } })
}

/** What goes wrong, and the error that tells of it. */
const FAULTS: Array<[fault: string, misbehave: string, error: object]> = [
  ['drops the call', DROP, { name: 'NetworkError', answered: false }],
  ['never answers', '() => new Promise(() => {})', { name: 'TimeoutError', answered: false }],
  [
    'does the call and loses the answer',
    'async (call) => { await fetch(call); return Response.error() }',
    { name: 'NetworkError', answered: false },
  ],
  [
    'breaks off in the middle',
    `async () => new Response(new ReadableStream({
       start: (body) => { body.enqueue(new TextEncoder().encode('{"result":')); body.error('cut') },
     }))`,
    { name: 'NetworkError', answered: false },
  ],
  [
    'answers late',
    'async (call) => { await new Promise((resolve) => setTimeout(resolve, 1000)); return fetch(call) }',
    { name: 'TimeoutError', answered: false },
  ],
  ...[
    [200, '<html>Welcome to our hotel</html>'],
    [401, '<html>Log in to the proxy</html>'],
    [401, '{"error":"unauthorized"}'],
    [502, '<html>Bad gateway</html>'],
    [504, ''],
  ].map(([status, body]): [string, string, object] => [
    `answers ${status} ${body}`,
    answer(Number(status), String(body)),
    { name: 'UnexpectedAnswer', status, answered: false },
  ]),
  ...[
    [429, 130],
    [500, 10000],
    [503, 122],
    [503, 104],
  ].map(([status, code]): [string, string, object] => [
    `answers ${status} with code ${code}`,
    answer(Number(status), refusal(Number(code)), { 'Retry-After': '7' }),
    { code, status, answered: true, retryAfter: 7 },
  ]),
]

describe.skipIf(!findChromium())('a bad network, in Chromium (skipped when there is none)', () => {
  let server: TestServer
  let stage: ChromiumStage
  let page: Page

  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT: 'off' })
    stage = await createChromiumStage()
    stage.addFile('service-worker.js', SERVICE_WORKER)
    page = await stage.openPage()
    await run(`${REGISTER}; await auth.signupWithUsername('amy', 'correct horse')`)
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })

  beforeEach(async () => {
    await misbehaveBy(PASS)
    await run('heard.users.length = 0')
  })

  function run(body: string): Promise<unknown> {
    return runInPage(page, server, body)
  }

  function misbehaveBy(code: string): Promise<unknown> {
    return page.evaluate(`new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = resolve
      navigator.serviceWorker.controller.postMessage(${JSON.stringify(code)}, [port2])
    })`)
  }

  /** The members of the error of each call, by which an app tells what happened. */
  async function failuresOf(calls: string[], timeoutMs = 60_000): Promise<unknown[]> {
    return (await run(`
      skygear.timeoutOptions = { response: ${timeoutMs} }
      const failures = []
      for (const call of [${calls.map((call) => `() => ${call}`).join()}]) {
        await call().catch(({ name, code, status, answered, retryAfter }) =>
          failures.push({ name, code, status, answered, retryAfter }))
      }
      skygear.timeoutOptions = {}
      return failures`)) as unknown[]
  }

  const calls = [
    'auth.whoami()',
    `auth.changePassword('wrong horse', 'correct horse')`,
    'skygear.publicDB.save(auth.currentUser)',
    `auth.loginWithUsername('bob', 'correct horse')`,
  ]

  it.each(FAULTS)('SD-01, SD-02, SD-03: that %s signs nobody out', async (_, misbehave, error) => {
    const before = await run('return { ...localStorage }')
    await misbehaveBy(misbehave)

    const isTimeout = 'name' in error && error.name === 'TimeoutError'
    const failures = await failuresOf(calls, isTimeout ? 100 : undefined)

    expect(failures).toMatchObject(calls.map(() => error))
    expect(await run('return [auth.currentUser.username, heard.users]')).toEqual(['amy', []])
    expect(await run('return { ...localStorage }')).toEqual(before)
    await misbehaveBy(PASS)
    expect(await run('return (await auth.whoami()).username')).toBe('amy')
  })

  it('that is not there leaves the user readable at once after a reload', async () => {
    await misbehaveBy(DROP)
    await page.reload()

    const seen = await page.evaluate(`import('skygear').then(({ default: skygear }) => {
      skygear.config({ apiKey: 'K', endPoint: 'http://127.0.0.1:9' })
      return [skygear.auth.currentUser.username, skygear.auth.authState.status]
    })`)

    expect(seen).toEqual(['amy', 'signedIn'])
  })

  it('SD-09: does not keep anybody from logging out here', async () => {
    await run('')
    await misbehaveBy(DROP)

    const failures = await failuresOf(['auth.logout()'])

    expect(failures).toMatchObject([{ name: 'NetworkError' }])
    const left = 'return [auth.currentUser, Object.keys(localStorage)]'
    expect(await run(left)).toEqual([null, ['skygear-device']])
  })
})
