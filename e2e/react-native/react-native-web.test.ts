import path from 'node:path'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { findChromium } from '../chromium.ts'
import { type ChromiumStage, createChromiumStage } from '../guide/chromium-stage.ts'
import { type AppPage, driveApp } from './app-page.ts'

const FOLDER = import.meta.dirname
const PAGE =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><div id="root"></div>'
const password = 'correct horse battery'

describe.skipIf(!findChromium())(
  'examples/react-native on react-native-web, in Chromium (skipped when there is none)',
  () => {
    let server: TestServer
    let stage: ChromiumStage
    let page: Page
    let app: AppPage

    beforeAll(async () => {
      server = await startTestServer()
      stage = await createChromiumStage()
      stage.addFile('app.js', await bundleApp(server))
    })
    afterAll(async () => {
      await stage.close()
      await server.close()
    })
    beforeEach(async () => {
      page = await stage.openPage(PAGE)
      app = driveApp(page)
    })

    const start = () => page.addScriptTag({ url: '/app.js' })
    const letStorageAnswer = () => page.evaluate('letStorageAnswer()')
    const isRestoring = () => page.getByLabel('One moment').waitFor()

    async function startAgain(): Promise<void> {
      await page.reload()
      await start()
      await letStorageAnswer()
    }

    it('shows who is logged in when the storage has answered, and not before', async () => {
      await start()
      await isRestoring()
      expect(await page.getByRole('button').count()).toBe(0)
      await letStorageAnswer()
      await app.reads('Welcome')
      await app.fill('amy@example.com', password)
      await app.press('Sign up')
      await app.reads('Hello, amy@example.com')

      await page.reload()
      await start()
      await isRestoring()
      expect(await page.getByText('amy@example.com').count()).toBe(0)
      await letStorageAnswer()
      await app.reads('Hello, amy@example.com')
      expect(app.complaints).toEqual([])
    })

    it('forgets who has logged out, and tells what was refused', async () => {
      await server.call('auth:signup', { auth_data: { email: 'bob@example.com' }, password })
      await startAgain()
      await app.fill('bob@example.com', 'another')
      await app.press('Log in')
      await page.getByRole('alert').waitFor()
      await app.fill(' bob@example.com', password)
      await app.press('Log in')
      await app.reads('Hello, bob@example.com')

      await app.press('Log out')
      await app.reads('See you')
      await startAgain()
      await app.reads('Welcome')
    })

    it('lets a stranger begin, come back, and make it an account', async () => {
      await startAgain()
      await app.press('Just try it')
      await app.reads('Hello, stranger')
      await startAgain()
      await app.reads('Hello, stranger')

      await app.fill('cleo@example.com', password)
      await app.press('Make it an account')
      await app.reads('Hello, cleo@example.com')

      await startAgain()
      await app.reads('Hello, cleo@example.com')
      expect(app.complaints).toEqual([])
    })
  },
)

/** The app with its real storage, made late, on the SDK's sources. */
async function bundleApp({ url, apiKey }: TestServer): Promise<Uint8Array> {
  const installed = (name: string) => path.join(FOLDER, 'node_modules', name)
  const source = (name: string) => path.join(FOLDER, '../../packages/skygear/src', name)
  const { outputFiles } = await build({
    entryPoints: [path.join(FOLDER, 'app/index.ts')],
    bundle: true,
    jsx: 'automatic',
    alias: {
      react: installed('react'),
      'react-dom': installed('react-dom'),
      'react-native': installed('react-native-web'),
      '@react-native-async-storage/async-storage': path.join(FOLDER, 'app/late-storage.ts'),
      skygear: source('index.ts'),
      'skygear/react': source('react.ts'),
    },
    define: {
      'process.env.NODE_ENV': '"development"',
      'process.env.EXPO_PUBLIC_SKYGEAR_ENDPOINT': JSON.stringify(url),
      'process.env.EXPO_PUBLIC_SKYGEAR_API_KEY': JSON.stringify(apiKey),
    },
    write: false,
  })
  return outputFiles[0]!.contents
}
