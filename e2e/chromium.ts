import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

/** Beside the sandbox, which containers cannot give: what a browser does on its own account. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
]

const LINUX_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
]

const MAC_APPLICATIONS = ['Google Chrome', 'Chromium', 'Microsoft Edge']

const WINDOWS_PROGRAMS = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\chrome.exe']

/**
 * The path of a Chromium on this machine, or null. `CHROMIUM_PATH` wins, and is trusted to name one.
 */
export function findChromium(): string | null {
  const asked = process.env['CHROMIUM_PATH']
  return asked || (candidates().find(isExecutable) ?? null)
}

/**
 * Starts the machine's Chromium without a window. Close it when done.
 *
 * @throws when there is no Chromium
 */
export function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) {
    throw new Error('No Chromium was found. Install one, or name it in CHROMIUM_PATH.')
  }
  const args = [...ARGUMENTS, ...(options.args ?? [])]
  return chromium.launch({ executablePath, headless: true, ...options, args })
}

function candidates(): string[] {
  if (process.platform === 'darwin') return macPaths()
  return process.platform === 'win32' ? windowsPaths() : LINUX_PATHS
}

function macPaths(): string[] {
  return ['/Applications', join(process.env['HOME'] ?? '', 'Applications')].flatMap((folder) =>
    MAC_APPLICATIONS.map((name) => `${folder}/${name}.app/Contents/MacOS/${name}`),
  )
}

function windowsPaths(): string[] {
  const folders = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
    .map((variable) => process.env[variable])
    .filter((folder) => folder !== undefined)
  return folders.flatMap((folder) => WINDOWS_PROGRAMS.map((program) => join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not there, or not to be run: the next candidate is tried.
    return false
  }
}
