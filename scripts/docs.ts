/**
 * Builds the documentation site into `docs/.vitepress/dist`. A dead link fails the build.
 *
 *   --serve      then shows it, at http://127.0.0.1:4173 or at --port
 *   --watch      instead of building: shows the pages as they are edited
 *   --port PORT  where to show it
 *   --base PATH  under which path it will be served, such as /skygear/
 *
 * The environment variable DOCS_SOURCE_URL is where the repository's files can be seen, such as
 * https://git.example.com/skygear/blob/main: links that leave the site lead there.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { preview } from 'vite'
import { ROOT, runInTerminal } from './run.ts'

const DOCS = path.join(ROOT, 'docs')
const SITE = path.join(DOCS, '.vitepress/dist')
const HOST = '127.0.0.1'

const { values: options } = parseArgs({
  options: {
    serve: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    port: { type: 'string', default: '4173' },
    base: { type: 'string', default: '/' },
  },
})
const base = `/${options.base}/`.replaceAll(/\/+/g, '/')

await run(inDocs('tsc'), '--project', DOCS)
await run('node', path.join(DOCS, '.vitepress/make-sdk-reference.ts'))
const site = [DOCS, '--base', base]
if (options.watch) {
  await run(inDocs('vitepress'), 'dev', ...site, '--host', HOST, '--port', options.port)
} else {
  await run(inDocs('vitepress'), 'build', ...site)
  console.log(`\nThe site is in ${path.relative(process.cwd(), SITE)}.`)
  if (options.serve) await serve()
}

/** As any file server does, and to this machine only. */
async function serve(): Promise<void> {
  const server = await preview({
    configFile: false,
    appType: 'mpa',
    base,
    build: { outDir: SITE },
    preview: { host: HOST, port: Number(options.port) },
  })
  console.log(`Shown at ${server.resolvedUrls?.local[0]}`)
}

/** A command of the site's own packages. */
function inDocs(command: string): string {
  return path.join(DOCS, 'node_modules/.bin', command)
}

async function run(command: string, ...args: string[]): Promise<void> {
  if (!(await runInTerminal(command, args))) process.exit(1)
}
