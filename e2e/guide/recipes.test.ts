import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  linkIn,
  type MailServer,
  startMailServer,
} from '../../packages/server/src/testing/mail-server.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Client, createClient, Query, Record } from '../../packages/skygear/src/index.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from './chromium-stage.ts'
import { given, isPage, SITUATIONS, withServer } from './describe-guide.ts'
import { createNodeStage } from './node-stage.ts'
import { sampleIn, sampleNames } from './samples.ts'
import { type Report, type Stage, sampleAct, testAct } from './scene.ts'
import { createStageFolder, type StageFolder } from './stage-folder.ts'

const run = promisify(execFile)
const Note = Record.extend<{ text: string }>('note')
const password = given.password
const TOKEN_SECRET = 'a secret of two servers, long enough'

describe('the recipes, in Node', () => {
  const notPlayed = new Set(
    sampleNames('recipes').filter((name) => !isPage(sampleIn('recipes', name))),
  )
  let stage: Stage
  let folder: StageFolder
  let mailServer: MailServer
  let server: TestServer

  beforeAll(async () => {
    stage = await createNodeStage()
    folder = await createStageFolder('perform-in-node')
  })
  afterAll(async () => {
    await stage.close()
    folder.remove()
  })
  beforeEach(async () => {
    mailServer = await startMailServer()
    server = await startTestServer({
      ...mailServer.settings,
      RATE_LIMIT: 'off',
      CUSTOM_TOKEN_SECRET: TOKEN_SECRET,
    })
  })
  afterEach(async () => {
    await server.close()
    await mailServer.stop()
  })

  function play(name: string, more: { [variable: string]: string } = {}): Promise<Report> {
    const { code, situation } = recipe(name)
    return stage.play({
      given: { endPoint: server.url, apiKey: server.apiKey, ...given, ...masterKey(), ...more },
      setting: testAct(
        `await skygear.config({ endPoint, apiKey })
        ${SITUATIONS[situation]}`,
      ),
      acts: [sampleAct(code)],
    })
  }

  /** Runs a sample as the file that its heading names. */
  async function runFile(name: string, args: string[], env: { [name: string]: string }) {
    const file = path.join(folder.path, 'sample.mjs')
    writeFileSync(file, recipe(name).code)
    const { stdout } = await run(process.execPath, [file, ...args], {
      env: { ...process.env, ...env },
    })
    return stdout.trim().split('\n')
  }

  function recipe(name: string) {
    notPlayed.delete(name)
    return sampleIn('recipes', name)
  }

  function masterKey() {
    return { masterKey: server.masterKey }
  }

  /** Another user, on another device. */
  async function signUp(username: string): Promise<Client> {
    const client = await connect()
    await client.auth.signupWithUsername(username, password)
    return client
  }

  function connect(apiKey = server.apiKey): Promise<Client> {
    return createClient().config({ endPoint: server.url, apiKey })
  }

  async function notesOf({ publicDB }: Client): Promise<string[]> {
    const notes = await publicDB.query(new Query(Note))
    return notes.map(({ text }) => text)
  }

  describe('private-and-shared-notes.md', () => {
    it('keeps a private note from others', async () => {
      const report = await play('private-and-shared-notes.md: For the author alone')
      const bea = await signUp('bea')

      expect(report.printed).toEqual([['Buy milk', false]])
      expect(await notesOf(bea)).toEqual([])
      expect([...(await bea.privateDB.query(new Query(Note)))]).toEqual([])
    })

    it('lets everybody read, and the author write', async () => {
      const report = await play('private-and-shared-notes.md: For everybody to read')
      const bea = await signUp('bea')
      const [note] = await bea.publicDB.query(new Query(Note))

      expect(report.printed).toEqual([[true]])
      expect(note?.text).toBe('The office is closed on Friday')
      await expect(bea.publicDB.save(note!)).rejects.toMatchObject({ name: 'PermissionDenied' })
    })

    it('lets those read and write whom the list names', async () => {
      const bea = await signUp('bea')
      const carl = await signUp('carl')
      const dora = await signUp('dora')
      const admin = await connect(server.masterKey)
      await admin.auth.assignUserRole([dora.auth.currentUser!], ['editor'])

      await play('private-and-shared-notes.md: For some', { friendId: bea.auth.currentUser!._id })

      expect(await notesOf(bea)).toEqual(['Draft'])
      expect(await notesOf(carl)).toEqual([])
      const [note] = await dora.publicDB.query(new Query(Note))
      await expect(bea.publicDB.save(note!)).rejects.toMatchObject({ name: 'PermissionDenied' })
      await expect(dora.publicDB.save(note!)).resolves.toMatchObject({ text: 'Draft' })
      const gone = await carl.publicDB.getRecordByID(note!.id).catch((error) => error.name)
      expect(gone).toBe('ResourceNotFound')
    })

    it('gives new records a list', async () => {
      const report = await play('private-and-shared-notes.md: From the start, for all')

      expect(report.printed).toEqual([[false]])
    })

    it('says for all clients who may create, and who sees what has no list', async () => {
      const bea = await signUp('bea')
      const dora = await signUp('dora')
      const admin = await connect(server.masterKey)
      await admin.auth.assignUserRole([dora.auth.currentUser!], ['editor'])

      await play('private-and-shared-notes.md: For every client')

      const text = 'For the author alone'
      const refused = bea.publicDB.save(new Note({ text }))
      await expect(refused).rejects.toMatchObject({ name: 'PermissionDenied' })
      await dora.publicDB.save(new Note({ text }))
      expect(await notesOf(dora)).toEqual([text])
      expect(await notesOf(bea)).toEqual([])
    })

    it('changes and deletes', async () => {
      const report = await play('private-and-shared-notes.md: Changing and deleting')

      expect(report.printed).toEqual([['Deleted', 1]])
    })
  })

  describe('admin-script.md', () => {
    const script = 'admin-script.md: users.mjs'
    const environment = () => ({
      SKYGEAR_ENDPOINT: server.url,
      SKYGEAR_MASTER_KEY: server.masterKey,
    })

    it('lists users, over several pages', async () => {
      const users = Array.from({ length: 101 }, (_, index) => `user-${index}`)
      const admin = await connect(server.masterKey)
      for (const username of users) await admin.auth.signupWithUsername(username, password)

      const lines = await runFile(script, ['list'], environment())

      expect(lines.map((line) => line.split(' ')[1])).toEqual(users)
    })

    it('disables a user, who is told why and stays logged in', async () => {
      const amy = await signUp('amy')

      const lines = await runFile(script, ['disable', 'amy'], environment())

      expect(lines).toEqual(['Disabled amy'])
      const error = await amy.auth.whoami().catch((reason) => reason)
      expect(error).toMatchObject({ name: 'UserDisabled', info: { message: 'Please call us.' } })
      expect(amy.auth.currentUser).not.toBeNull()
    })
  })

  describe('roles-and-invitations.md', () => {
    it('gives and takes roles', async () => {
      const amy = await signUp('amy')
      const userId = amy.auth.currentUser!._id

      const report = await play('roles-and-invitations.md: Giving roles', { userId })
      const bea = await signUp('bea')

      expect(report.printed).toEqual([[['admin']]])
      const beasId = bea.auth.currentUser!._id
      expect(await amy.auth.fetchUserRole([beasId])).toMatchObject({
        [beasId]: [{ name: 'member' }],
      })
      expect(await amy.auth.assignUserRole([beasId], ['editor'])).toBe('OK')
    })

    it('invites by a mail, whose link sets the first password', async () => {
      const report = await play('roles-and-invitations.md: Inviting by mail')
      const { searchParams } = linkIn(await mailServer.next(given.email))

      const guest = await connect()
      await guest.auth.resetPassword(
        searchParams.get('user_id')!,
        searchParams.get('code')!,
        searchParams.get('expire_at')!,
        password,
      )
      const user = await guest.auth.loginWithEmail(given.email, password)

      expect(report.complaints).toEqual([])
      expect(report.printed).toEqual([['Invited', given.email]])
      const roles = await guest.auth.fetchUserRole([user])
      expect(roles[user._id]).toMatchObject([{ name: 'editor' }])
    })
  })

  describe('users-from-elsewhere.md', () => {
    it('logs in who was vouched for, as the same user each time', async () => {
      const environment = { CUSTOM_TOKEN_SECRET: TOKEN_SECRET }
      const [token = ''] = await runFile('users-from-elsewhere.md: On your server', [], environment)

      const first = await play('users-from-elsewhere.md: In the app', { token })
      const second = await play('users-from-elsewhere.md: In the app', { token })

      expect(first.printed).toEqual([['Welcome,', 'Amy']])
      expect(second.currentUser?.['_id']).toBe(first.currentUser?.['_id'])
    })
  })

  it('leaves no sample out', () => {
    expect([...notPlayed]).toEqual([])
  })
})

describe('the home page', () => {
  it('goes from nothing to a logged-in user', async () => {
    const stage = await createNodeStage()
    const server = await startTestServer({ RATE_LIMIT: 'off' })
    try {
      const { code } = sampleIn('.', 'index.md: Two commands')
      const { printed } = await stage.play({
        given: {},
        setting: testAct(''),
        acts: [sampleAct(withServer(code, server))],
      })

      expect(printed).toEqual([['Hello,', 'amy@example.com']])
    } finally {
      await server.close()
      await stage.close()
    }
  })
})

describe.skipIf(!findChromium())('the recipes, in Chromium (skipped when there is none)', () => {
  let stage: ChromiumStage
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    stage = await createChromiumStage()
  })
  afterAll(() => stage.close())
  beforeEach(async () => {
    server = await startTestServer({ RATE_LIMIT: 'on' })
    page = await stage.openPage('<p>The home page</p>')
    await server.signUp('amy')
    await server.call('auth:signup', { auth_data: { email: given.email }, password })
  })
  afterEach(async () => {
    await page.context().close()
    await server.close()
  })

  /** Puts a sample where pages find it, and opens it. */
  async function open(file: string, search = ''): Promise<void> {
    await page.goto(new URL(`${file}${search}`, page.url()).href)
  }

  function addPages(names: string[]): void {
    for (const name of names) {
      stage.addFile(name.split(': ')[1]!, withServer(sampleIn('recipes', name).code, server))
    }
  }

  async function logIn(user: string, withPassword: string): Promise<void> {
    await page.fill('input:not([type=password])', user)
    await page.fill('[type=password]', withPassword)
    await page.click('button')
  }

  function arriveAt(path: string): Promise<void> {
    return page.waitForURL(({ pathname }) => pathname === path)
  }

  it('has no page that is not tested below', () => {
    const pages = sampleNames('recipes').filter((name) => isPage(sampleIn('recipes', name)))

    expect(pages).toEqual([
      'log-in-form.md: log-in-form.html',
      'page-behind-log-in.md: private.html',
      'page-behind-log-in.md: log-in.html',
    ])
  })

  describe('page-behind-log-in.md', () => {
    beforeEach(() => {
      addPages(['page-behind-log-in.md: private.html', 'page-behind-log-in.md: log-in.html'])
    })

    it('sends to the log-in and back', async () => {
      await open('private.html')
      await page.waitForURL(/log-in\.html\?next=%2Fprivate\.html$/)
      await logIn('amy', 'correct horse battery')
      await arriveAt('/private.html')

      await page.waitForSelector('h1:visible')
      await page.click('text=Log out')
      await arriveAt('/log-in.html')
    })

    it('says what is wrong with the log-in', async () => {
      await open('log-in.html')
      await logIn('amy', 'wrong password')

      await expect.poll(() => page.textContent('[role=alert]')).not.toBe('')
    })

    it('sends nobody to another site', async () => {
      await open('log-in.html', '?next=https://attacker.example/')
      await logIn('amy', 'correct horse battery')

      await arriveAt('/')
      expect(await page.textContent('p')).toBe('The home page')
    })

    it('lets those stay who have no network, and sends away whose session has ended', async () => {
      await open('log-in.html', '?next=/private.html')
      await logIn('amy', 'correct horse battery')
      await arriveAt('/private.html')

      await page.route(`${server.url}/**`, (route) => route.abort())
      await page.reload({ waitUntil: 'networkidle' })
      expect(await page.isVisible('h1')).toBe(true)

      await page.unroute(`${server.url}/**`)
      await server.sql('delete from session')
      await page.reload()
      await arriveAt('/log-in.html')
    })
  })

  describe('log-in-form.md', () => {
    const said = () => page.textContent('[role=alert]')

    beforeEach(async () => {
      addPages(['log-in-form.md: log-in-form.html'])
      await open('log-in-form.html')
    })

    it('welcomes', async () => {
      await logIn(given.email, password)

      await expect.poll(() => page.textContent('body')).toContain('Welcome, amy@example.com!')
    })

    it.each([given.email, 'nobody@example.com'])('says the same of %s', async (email) => {
      await logIn(email, 'wrong password')

      await expect.poll(said).toBe('Wrong address or password.')
      expect(await page.isEnabled('button')).toBe(true)
    })

    it('says when to try again', async () => {
      for (let tries = 0; tries < 40; tries += 1) {
        const auth_data = { email: given.email }
        await server.call('auth:login', { auth_data, password: 'wrong password' })
      }
      await logIn(given.email, password)

      await expect.poll(said).toMatch(/^Too many attempts\. Please try again in \d+ (sec|min)/)
    })

    it('says what the administrator says', async () => {
      const admin = await createClient().config({ endPoint: server.url, apiKey: server.masterKey })
      const { _id } = await admin.auth.loginWithEmail(given.email, password)
      await admin.auth.logout()
      await admin.auth.adminDisableUser(_id, 'Please call us.')
      await logIn(given.email, password)

      await expect.poll(said).toBe('Please call us.')
    })

    it('says that there is no connection', async () => {
      await page.route(`${server.url}/**`, (route) => route.abort())
      await logIn(given.email, password)

      await expect.poll(said).toContain('We cannot be reached.')
    })

    it('says that something else went wrong', async () => {
      await page.evaluate("skygear.configApiKey('wrong')")
      await logIn(given.email, password)

      await expect.poll(said).toContain('Something went wrong')
    })
  })
})
