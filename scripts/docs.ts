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
import { ROOT, runInTerminal } from './run.ts'

const DOCS = path.join(ROOT, 'docs')
const HOST = '127.0.0.1'

const { values: options } = parseArgs({
  options: {
    serve: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    port: { type: 'string', default: '4173' },
    base: { type: 'string', default: '/' },
  },
})
process.env['DOCS_BASE'] = options.base.replace(/^\/*|\/*$/g, '/').replace(/^\/+$/, '/')

await run('tsc', '--project', DOCS)
await run('node', path.join(DOCS, '.vitepress/make-sdk-reference.ts'))
if (options.watch) await vitepress('dev', '--host', HOST, '--port', options.port)
else {
  await vitepress('build')
  console.log(
    `\nThe site is in ${path.relative(process.cwd(), path.join(DOCS, '.vitepress/dist'))}.`,
  )
  if (options.serve) await vitepress('preview', '--host', HOST, '--port', options.port)
}

function vitepress(command: string, ...args: string[]): Promise<void> {
  return run('vitepress', command, DOCS, ...args)
}

/** Runs a command of the site's own packages. */
async function run(command: string, ...args: string[]): Promise<void> {
  const program = command === 'node' ? command : path.join(DOCS, 'node_modules/.bin', command)
  if (!(await runInTerminal(program, args))) process.exit(1)
}
