/**
 * Runs `examples/web` on Vite's dev server, with a Skygear server like that of `npm start`: its
 * settings, and its address unless that is taken. The data are its own, in `data/example`.
 */
import path from 'node:path'
import { createServer as createDevServer } from 'vite'
import { withKeys } from '../packages/server/src/cli/keys.ts'
import { createServer, type SkygearServer } from '../packages/server/src/server.ts'
import { loadSettings } from '../packages/server/src/settings.ts'
import { ROOT } from './run.ts'

const settings = withKeys(
  loadSettings({ LOG_LEVEL: 'warn', DATA_DIR: './data/example', ...process.env }),
)
const server = await startServer()
process.env['VITE_SKYGEAR_ENDPOINT'] = server.url
process.env['VITE_SKYGEAR_API_KEY'] = settings.apiKey
const app = await createDevServer({ root: path.join(ROOT, 'examples/web'), logLevel: 'warn' })
await app.listen()

console.log(`
  The example is at ${app.resolvedUrls?.local[0]}

    Server     ${server.url}
    Database   ${server.database}
    Mails      ${server.devInboxUrl ?? 'sent'}

  Ctrl-C stops both.
`)

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop())

async function startServer(): Promise<SkygearServer> {
  try {
    return await createServer(settings, { dev: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return createServer({ ...settings, host: { ...settings.host, port: 0 } }, { dev: true })
  }
}

async function stop(): Promise<void> {
  await Promise.all([app.close(), server.close()])
  process.exit()
}
