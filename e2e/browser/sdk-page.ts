import type { Page } from 'playwright-core'
import type { TestServer } from '../../packages/server/src/testing/test-server.ts'

/** What code in a page may rely on: a client, and what its listeners have heard. */
const PRELUDE = `
  const { default: skygear, createClient } = await import('skygear')
  const { auth } = skygear
  const watch = ({ auth }, heard = { users: [], states: [] }) => {
    auth.onUserChanged((user) => heard.users.push(user && user.username))
    auth.onAuthState(({ status, user, source }) =>
      heard.states.push([status, user && user.username, source].filter(Boolean).join(' ')))
    return heard
  }
  if (!globalThis.heard) {
    globalThis.heard = watch(skygear)
    await skygear.config(configuration)
  }`

/** Runs the body of an async function in a page of the Chromium stage, with the configured SDK. */
export function runInPage(page: Page, server: TestServer, body: string): Promise<unknown> {
  const { url: endPoint, apiKey } = server
  return page.evaluate(`(async () => {
    const configuration = ${JSON.stringify({ endPoint, apiKey })}
    ${PRELUDE}
    ${body}
  })()`)
}
