import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from '../chromium.ts'
import type { Report, Scene, Stage } from './scene.ts'
import { createStageFolder, STAGE_PACKAGES } from './stage-folder.ts'
import { serveFolder } from './static-server.ts'

/** Plays scenes in a real browser, and can open pages for other tests. */
export interface ChromiumStage extends Stage {
  /**
   * A page of its own, in which nothing of other pages is remembered. Unless the test brings its
   * HTML, modules find the SDK in it.
   */
  openPage(html?: string): Promise<Page>
  /** Adds a file to what pages can load. */
  addFile(name: string, content: string | Uint8Array): void
}

const SCRIPT_BUILD = path.resolve(
  import.meta.dirname,
  '../../packages/skygear/dist/skygear.global.js',
)

const MODULE_PAGE = page(
  `<script type="importmap">${JSON.stringify({
    imports: Object.fromEntries(
      Object.entries(STAGE_PACKAGES).map(([name, file]) => [name, `/${file}`]),
    ),
  })}</script>`,
)

/**
 * Starts the machine's Chromium, and a web server for its pages.
 *
 * @throws when there is no Chromium, or the script build of the SDK is missing
 */
export async function createChromiumStage(): Promise<ChromiumStage> {
  const folder = await createStageFolder('perform-in-page')
  cpSync(SCRIPT_BUILD, path.join(folder.path, 'skygear.global.js'))
  const web = await serveFolder(folder.path)
  const browser = await launchChromium()
  // One for all scenes, since opening a page costs more than most of them.
  const stagePage = await browser.newPage()
  const failures: Error[] = []
  stagePage.on('pageerror', (error) => failures.push(error))

  async function open(page: Page, html: string): Promise<Page> {
    writeFileSync(path.join(folder.path, 'index.html'), html)
    await page.goto(web.url)
    return page
  }

  async function play(scene: Scene): Promise<Report> {
    const staged = folder.stage(scene, (file) => `/${file}`)
    const usesScripts = scene.acts.some(({ kind }) => kind === 'script')
    await open(stagePage, usesScripts ? withScriptBuild(MODULE_PAGE) : MODULE_PAGE)
    failures.length = 0
    const report = await stagePage.evaluate<Report>(
      `localStorage.clear(),
       import('/perform.mjs').then(({ performInPage }) =>
         performInPage(${JSON.stringify(staged)}))`,
    )
    if (failures[0]) throw failures[0]
    return report
  }

  return {
    play,
    async openPage(html = MODULE_PAGE) {
      const context = await browser.newContext()
      return open(await context.newPage(), html)
    },
    addFile: (name, content) => writeFileSync(path.join(folder.path, name), content),
    async close() {
      await browser.close()
      await web.close()
      folder.remove()
    },
  }
}

function page(head: string): string {
  return `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${head}`
}

function withScriptBuild(html: string): string {
  return `${html}<script src="/skygear.global.js"></script>`
}
