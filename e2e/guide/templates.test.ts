import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../packages/server/src/testing/mail-server.ts'
import {
  makeTestDirectory,
  startTestServer,
  type TestServer,
} from '../../packages/server/src/testing/test-server.ts'
import { createClient } from '../../packages/skygear/src/index.ts'

const CHAPTER = path.resolve(import.meta.dirname, '../../docs/guide/forgot-password.md')

/** The files that the chapter shows, in its order. */
const FILES = [
  'mails/reset-password.txt',
  'mails/reset-password.html',
  'pages/reset-password-done.html',
]

const email = 'amy@example.com'

describe('the templates of forgot-password.md', () => {
  let directory: string
  let mailServer: MailServer
  let server: TestServer

  beforeEach(async () => {
    directory = makeTestDirectory()
    const templates = [...readFileSync(CHAPTER, 'utf8').matchAll(/^```liquid\n([\s\S]*?)^```$/gm)]
    expect(templates).toHaveLength(FILES.length)
    for (const [index, [, template = '']] of templates.entries()) {
      const file = path.join(directory, FILES[index]!)
      mkdirSync(path.dirname(file), { recursive: true })
      writeFileSync(file, template)
    }
    mailServer = await startMailServer()
    server = await startTestServer({ ...mailServer.settings, TEMPLATES_DIR: directory })
  })
  afterEach(async () => {
    await server.close()
    await mailServer.stop()
    rmSync(directory, { recursive: true })
  })

  it('lead to a page of the app, in both parts of the mail, with what the SDK takes', async () => {
    const { url: endPoint, apiKey } = server
    const { auth } = await createClient().config({ endPoint, apiKey })
    await auth.signupWithEmail(email, 'correct horse')
    await auth.forgotPassword(email)

    const { text = '', html } = await mailServer.next(email)

    const [address = ''] = /https:\S+/.exec(text) ?? []
    expect(html).toContain(`href="${address.replaceAll('&', '&amp;')}"`)
    const link = new URL(address)
    expect(link.origin + link.pathname).toBe('https://www.example.com/reset')
    const of = (name: string) => link.searchParams.get(name)!
    await auth.resetPassword(of('user_id'), of('code'), of('expire_at'), 'battery staple')
    expect(await auth.loginWithEmail(email, 'battery staple')).toMatchObject({ email })
  })

  it('lead back to the app from the last page', async () => {
    const page = await (await fetch(`${server.url}/reset-password/done`)).text()

    expect(page).toContain('<h1>Your password is set</h1>')
    expect(page).toContain('<a href="https://www.example.com/">Back to ')
  })
})
