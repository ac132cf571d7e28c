/**
 * `examples/react-native` as its developer has it, with all of React Native and Expo installed:
 *
 *   node e2e/react-native/run.ts
 *
 * Installs the example, checks its types, has Metro bundle it for Android, iOS and the web and Hermes
 * compile it, and uses the web's bundle in Chromium: signs up, reloads, is still logged in.
 */
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { launchChromium } from '../chromium.ts'
import { serveFolder } from '../guide/static-server.ts'
import { buildServer } from '../server-process.ts'
import { driveApp } from './app-page.ts'
import { isBytecode } from './hermes.ts'

const EXAMPLE = path.join(import.meta.dirname, '../../examples/react-native')
const outDir = mkdtempSync(path.join(tmpdir(), 'skygear-react-native-'))
const server = await startTestServer()
try {
  buildServer()
  await step('installed', install)
  await step('types', () => inExample('npx', '--no', 'tsc'))
  await step('bundled', bundle)
  await step('compiled for Android and iOS', checkBytecode)
  await step('used in Chromium', useInChromium)
} finally {
  await server.close()
  rmSync(outDir, { recursive: true })
}

async function step(name: string, work: () => unknown): Promise<void> {
  const started = performance.now()
  await work()
  console.log(`✓ ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
}

function inExample(command: string, ...args: string[]): void {
  execFileSync(command, args, {
    cwd: EXAMPLE,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      CI: '1',
      EXPO_OFFLINE: '1',
      EXPO_NO_TELEMETRY: '1',
      EXPO_PUBLIC_SKYGEAR_ENDPOINT: server.url,
      EXPO_PUBLIC_SKYGEAR_API_KEY: server.apiKey,
    },
    shell: process.platform === 'win32',
  })
}

/** From nothing: npm would take an SDK of the same version for the same SDK. */
function install(): void {
  rmSync(path.join(EXAMPLE, 'node_modules'), { recursive: true, force: true })
  inExample('npm', 'install', '--loglevel=error')
}

function bundle(): void {
  inExample('npx', '--no', 'expo', 'export', '--platform', 'all', '--clear', '--output-dir', outDir)
}

/** What phones run: one bundle each, with the SDK in it. */
function checkBytecode(): void {
  for (const platform of ['android', 'ios']) {
    const [file, ...others] = globSync(`_expo/static/js/${platform}/*`, { cwd: outDir })
    if (!file || others.length > 0) throw new Error(`There is not one bundle for ${platform}.`)
    const content = readFileSync(path.join(outDir, file))
    if (!isBytecode(content)) throw new Error(`${file} is not bytecode of Hermes.`)
    if (!content.includes('X-Skygear-API-Key')) throw new Error(`${file} has no SDK in it.`)
  }
}

async function useInChromium(): Promise<void> {
  const web = await serveFolder(outDir)
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const app = driveApp(page)
    // Which the example does not have, and a browser asks for.
    await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    await page.goto(web.url)
    await app.fill('amy@example.com', 'correct horse battery')
    await app.press('Sign up')
    await app.reads('Hello, amy@example.com')
    await page.reload()
    await app.reads('Hello, amy@example.com')
    await app.press('Log out')
    await app.reads('See you')
    await page.reload()
    await app.reads('Welcome')
    if (app.complaints.length > 0) throw new Error(app.complaints.join('\n'))
  } finally {
    await browser.close()
    await web.close()
  }
}
