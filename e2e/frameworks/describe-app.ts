import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../packages/server/src/testing/free-port.ts'
import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { createClient } from '../../packages/skygear/src/index.ts'
import { verifyJwt } from '../../packages/skygear/src/server.ts'
import type { AppProcess } from './app-process.ts'

const TOKEN_STORE_SECRET = 'a secret that signs the tokens of these apps'
const password = 'correct horse battery'

/** Starts the app of a framework, with these settings in its environment. */
export type StartApp = (env: Record<string, string>) => Promise<AppProcess>

/** An app and its server, once they run; `more` may add tests. */
export interface Running {
  readonly app: AppProcess
  readonly server: TestServer
}

/**
 * What the app of every framework does. `/api/orders` asks the Skygear server who calls,
 * `/api/claims` reads signed tokens without it.
 */
export function describeApp(
  name: string,
  start: StartApp,
  more?: (running: Running) => void,
): void {
  describe(name, () => {
    let app: AppProcess
    let server: TestServer
    let firstServer: TestServer

    beforeAll(async () => {
      firstServer = await startTestServer({ PORT: String(await findFreePort()) })
      server = firstServer
      const { url: SKYGEAR_ENDPOINT, apiKey: SKYGEAR_API_KEY } = server
      app = await start({ SKYGEAR_ENDPOINT, SKYGEAR_API_KEY, TOKEN_STORE_SECRET })
    }, 120_000)
    afterAll(async () => {
      await app?.close()
      await server?.stop()
      await firstServer?.close()
    })

    async function signUp(username: string) {
      const { auth } = await clientOf(server)
      await auth.signupWithUsername(username, password)
      return auth
    }

    /** The status, and what the app says of the user. */
    async function get(path: string, headers: Record<string, string> = {}) {
      const response = await fetch(app.url + path, { headers })
      return [response.status, response.ok ? await response.json() : null]
    }

    const bearer = (token: string | null) => ({ Authorization: `Bearer ${token}` })

    it('knows whose token comes with a request', async () => {
      const { accessToken, currentUser } = await signUp('amy')
      const amy = { owner: currentUser!._id, username: 'amy' }

      expect(await get('/api/orders', bearer(accessToken))).toEqual([200, amy])
      expect(await get('/api/orders', { 'X-Skygear-Access-Token': accessToken! })).toEqual([
        200,
        amy,
      ])
    })

    it('answers 401 to nobody', async () => {
      expect(await get('/api/orders')).toEqual([401, null])
      expect(await get('/api/orders', bearer('unknown'))).toEqual([401, null])
    })

    it.each<[string, (auth: Awaited<ReturnType<typeof signUp>>) => Promise<unknown>]>([
      ['the user has logged out', (auth) => auth.logout()],
      [
        'another device has ended the session',
        async ({ currentUser }) => {
          const other = await clientOf(server)
          await other.auth.loginWithUsername(currentUser!.username!, password)
          await other.auth.revokeOtherSessions()
        },
      ],
      ['the password has changed', (auth) => auth.changePassword(password, 'battery staple', true)],
      [
        'the user was disabled',
        ({ currentUser }) => {
          const body = { auth_id: currentUser!._id, disabled: true }
          return server.call('auth:disable:set', body, { key: server.masterKey })
        },
      ],
    ])('answers 401 to the next request after %s', async (what, end) => {
      const auth = await signUp(what.replaceAll(' ', '-'))
      const token = auth.accessToken
      expect(await get('/api/orders', bearer(token))).toMatchObject([200, {}])

      await end(auth)

      expect(await get('/api/orders', bearer(token))).toEqual([401, null])
    })

    it('answers 503 while the Skygear server is away, and then as before', async () => {
      const { accessToken } = await signUp('bob')
      const { port } = new URL(server.url)

      await server.stop()
      expect(await get('/api/orders', bearer(accessToken))).toEqual([503, null])

      server = await startTestServer({ PORT: port, DATA_DIR: server.dataDirectory })
      expect(await get('/api/orders', bearer(accessToken))).toMatchObject([
        200,
        { username: 'bob' },
      ])
    })

    it('reads a signed token without the Skygear server, and refuses any other', async () => {
      const signing = await startTestServer({ TOKEN_STORE: 'jwt', TOKEN_STORE_SECRET })
      const { auth } = await clientOf(signing)
      await auth.signupWithUsername('cleo', password)
      await signing.close()
      const sub = auth.currentUser!._id
      const { accessToken } = auth
      const [header, payload] = accessToken!.split('.')
      const now = Math.floor(Date.now() / 1000)
      expect(await verifyJwt(sign({ sub }), { tokenSecret: TOKEN_STORE_SECRET })).not.toBeNull()

      expect(await get('/api/claims', bearer(accessToken))).toEqual([200, { owner: sub }])
      expect(await get('/api/claims', bearer(sign({ sub, exp: now + 60 })))).toMatchObject([
        200,
        {},
      ])
      const refused = [
        sign({ sub, exp: now - 1 }),
        sign({ sub }, { secret: 'another secret' }),
        sign({ sub }, { header: { alg: 'none' } }),
        `${encode({ alg: 'none' })}.${payload}.`,
        `${header}.${payload}.`,
        'opaque',
      ]
      for (const token of refused) {
        expect(await get('/api/claims', bearer(token))).toEqual([401, null])
      }
      expect(await get('/api/claims')).toEqual([401, null])
    })

    more?.({
      get app() {
        return app
      },
      get server() {
        return server
      },
    })
  })
}

/** A client of the server, as on a device of its own. */
export function clientOf({ url: endPoint, apiKey }: TestServer) {
  return createClient().config({ endPoint, apiKey })
}

/** A token that says this, signed with the apps' secret unless told otherwise. */
function sign(
  claims: object,
  { secret = TOKEN_STORE_SECRET, header = { alg: 'HS256', typ: 'JWT' } as object } = {},
): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
