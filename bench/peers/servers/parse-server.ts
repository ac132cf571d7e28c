/** Parse Server on Express, which it needs, without a log. It has no rate limit by default. */
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { APPLICATION_ID } from '../parse-server.ts'
import { chosenHasher, databaseUrl, requirePeer } from './settings.ts'

// Read when the package is loaded; the options come too late for what is logged until then.
process.env['PARSE_SERVER_LOGS_FOLDER'] = 'null'
process.env['PARSE_SERVER_SILENT'] = '1'
const hasher = await chosenHasher()
replaceBcrypt()

interface ParseServer {
  start(): Promise<void>
  app: unknown
}

const { ParseServer } = requirePeer('parse-server') as {
  ParseServer: new (options: object) => ParseServer
}
const express = requirePeer('express') as () => RequestListener & {
  use(path: string, app: unknown): void
}

const app = express()
const server = createServer(app)
server.listen(0, '127.0.0.1', () => void serve())
// Open connections do not keep it.
process.once('SIGTERM', () => process.exit())

async function serve(): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const parse = new ParseServer({
    databaseURI: databaseUrl,
    appId: APPLICATION_ID,
    masterKey: 'bench-parse-master-key-0123456789abcdef',
    serverURL: `${url}/parse`,
    silent: true,
    logLevel: 'error',
    logsFolder: null,
  })
  await parse.start()
  app.use('/parse', parse.app)
  console.log(url)
}

/** Parse Server has no option for its hash: it takes the functions of this package, if it can. */
function replaceBcrypt(): void {
  const id = createRequire(requirePeer.resolve('parse-server')).resolve('@node-rs/bcrypt')
  const exports = {
    hash: (password: string) => hasher.hash(password),
    verify: (password: string, hash: string) => hasher.verify(password, hash),
  }
  requirePeer.cache[id] = { id, filename: id, loaded: true, exports } as NodeJS.Module
}
