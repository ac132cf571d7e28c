import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../packages/server/src/testing/free-port.ts'
import { sendRequest } from './send-request.ts'
import { authResultOf, call, errorOf, post, type Server, signUp } from './wire.ts'

const COMMAND = fileURLToPath(new URL('../packages/server/src/cli/main.ts', import.meta.url))
const START_TIMEOUT_MS = 20_000

/** Not a secret: every app that is installed holds it, and the server shows it at start. */
const API_KEY = 'api-key-7Qm2'

/** What must stay secret. Every value is unlikely to appear by chance. */
const SECRETS = {
  masterKey: 'master-key-9Zx4-Tb7e',
  tokenSecret: 'token-secret-3Lk8',
  password: 'password-5Rt6-first',
  newPassword: 'password-8Yu1-second',
  wrongPassword: 'password-2Op3-wrong',
  wrongKey: 'wrong-key-4Gh7',
}

describe.each(['opaque', 'jwt'])(
  'LG-04: the log at its most talkative, with TOKEN_STORE=%s',
  (store) => {
    let folder: string
    let child: ChildProcess | undefined
    let log = ''
    let tokens: string[] = []

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'skygear-log-'))
      const port = await findFreePort()
      const server = {
        url: `http://127.0.0.1:${port}`,
        apiKey: API_KEY,
        masterKey: SECRETS.masterKey,
      }
      child = startServer(folder, port, store)
      for (const stream of [child.stdout!, child.stderr!])
        stream.on('data', (text) => (log += text))
      await untilHealthy(server.url)
      tokens = await useEveryEntrance(server)
      child.kill('SIGTERM')
      await once(child, 'close')
    }, 60_000)

    afterAll(() => {
      child?.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    })

    it('tells where the server is', () => {
      expect(log).toContain('http://127.0.0.1:')
    })

    it.each(Object.entries(SECRETS))('does not hold the secret: %s', (_, secret) => {
      expect(log).not.toContain(secret)
    })

    it('does not hold an access token', () => {
      expect(tokens.length).toBeGreaterThan(3)
      for (const token of tokens) expect(log).not.toContain(token)
    })

    it('leaves no password and no access token in the data folder', () => {
      const stored = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      const { password, newPassword, wrongPassword } = SECRETS

      expect(stored).not.toHaveLength(0)
      for (const secret of [password, newPassword, wrongPassword, ...tokens]) {
        expect(stored.some((text) => text.includes(secret))).toBe(false)
      }
    })
  },
)

function startServer(folder: string, port: number, store: string): ChildProcess {
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: folder,
    DATABASE_URL: '',
    API_KEY: API_KEY,
    MASTER_KEY: SECRETS.masterKey,
    TOKEN_STORE: store,
    TOKEN_STORE_SECRET: SECRETS.tokenSecret,
    LOG_LEVEL: 'trace',
  }
  return spawn(process.execPath, [COMMAND, 'serve'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Sends each secret through every way in, right and wrong, and gives all access tokens seen. */
async function useEveryEntrance(server: Server): Promise<string[]> {
  const { password, newPassword, wrongPassword, wrongKey } = SECRETS
  const user = await signUp(server, { username: 'amy' }, password)
  const authData = { username: 'amy' }
  await call(server, 'auth:signup', { auth_data: authData, password })
  await call(server, 'auth:login', { auth_data: authData, password: wrongPassword })
  await call(server, 'auth:login', { auth_data: { username: { a: 1 } }, password: wrongPassword })
  const loggedIn = authResultOf(await call(server, 'auth:login', { auth_data: authData, password }))
  const changed = authResultOf(
    await post(server, 'auth:password', {
      access_token: loggedIn.access_token,
      old_password: password,
      password: newPassword,
    }),
  )
  const token = changed.access_token
  const headers = { 'X-Skygear-API-Key': server.apiKey, 'X-Skygear-Access-Token': token }
  const me = await sendRequest(server.url, { method: 'POST', path: '/me', headers, raw: '{}' })
  const inQuery = `/me?api_key=${server.apiKey}&access_token=${token}`
  await sendRequest(server.url, { method: 'GET', path: inQuery, headers: {} })
  await sendRequest(server.url, { method: 'GET', path: '/', headers: bearer(token) })
  await post(server, 'me', { api_key: wrongKey })
  await post(server, 'record:query', { api_key: server.masterKey, record_type: 'user' })
  const cutShort = `{"password":"${password}","access_token":"${token}`
  await sendRequest(server.url, { method: 'POST', path: '/auth/login', headers, raw: cutShort })
  const tokens = [user.access_token, loggedIn.access_token, token, authResultOf(me).access_token]
  const loggedOut = await post(server, 'auth:logout', { access_token: token })
  expect(errorOf(loggedOut)).toBeUndefined()
  return tokens
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}`, Cookie: `access_token=${token}` }
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  const health = { method: 'GET', path: '/_status/healthz', headers: {} }
  while ((await sendRequest(url, health)).status !== 200) {
    if (Date.now() > deadline) throw new Error('The server did not start in time.')
    await sleep(50)
  }
}
