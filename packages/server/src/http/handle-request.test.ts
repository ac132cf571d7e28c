import { Agent, request } from 'node:http'
import { BlockList } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ApiError } from '../errors.ts'
import { createTemplates } from '../templates/templates.ts'
import { openSocket, sendRaw } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { createClientOf } from './client.ts'
import { createHandlePage } from './handle-page.ts'
import { createHandleRequest } from './handle-request.ts'
import { createMetricsPage } from './metrics-page.ts'
import { createNodeServer } from './node-server.ts'
import { createPubsub } from './pubsub.ts'

const OK = { result: { status: 'OK' } }

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('a request', () => {
  it.each(['/auth/logout', '/auth:logout', '/auth%2Flogout', '/%61uth/logout', '/auth/logout?x=1'])(
    'reaches an action by the path %s',
    async (path) => {
      const answer = await send({ path })

      expect(answer).toMatchObject({ status: 401, json: { error: { code: 101 } } })
    },
  )

  it('reaches an action by the member action', async () => {
    const answer = await send({ path: '/', body: '{"action":"auth:logout"}' })

    expect(answer.json).toMatchObject({ error: { code: 101 } })
  })

  it('HT-06: reaches the action of the path before that of the body', async () => {
    const answer = await send({ path: '/_status/healthz', body: '{"action":"me"}' })

    expect(answer.json).toEqual(OK)
  })

  it.each(['/', '/unknown', '/me/', '/ME', '/auth', '/favicon.ico'])(
    'without an action is answered OK: %s',
    async (path) => {
      const answer = await send({ path })

      expect(answer).toMatchObject({ status: 200, json: OK })
    },
  )

  it('is answered OK when the member action is no text', async () => {
    const answer = await send({ path: '/', body: '{"action":5}' })

    expect(answer.json).toEqual(OK)
  })

  it.each(['no:such', 'constructor', '__proto__'])(
    'for an action that does not exist is refused: %s',
    async (action) => {
      const answer = await send({ path: '/', body: JSON.stringify({ action }) })

      expect(answer).toMatchObject({
        status: 404,
        json: { error: { name: 'UndefinedOperation', code: 117, message: 'route unmatched' } },
      })
    },
  )

  it.each([
    ['//me', '/me'],
    ['/a/../me', '/me'],
    ['/./me', '/me'],
    ['//example.com/x', '/example.com/x'],
  ])('with an untidy path is sent on: %s', async (path, location) => {
    const answer = await send({ path })

    expect(answer.status).toBe(301)
    expect(answer.headers['location']).toBe(location)
  })

  it('with a path that cannot be decoded is refused', async () => {
    const answer = await send({ path: '/%ff' })

    expect(answer).toMatchObject({ status: 400, json: { error: { code: 107 } } })
  })

  it('for a file is answered that there is none', async () => {
    const answer = await send({ path: '/files/x.png' })

    expect(answer).toMatchObject({ status: 404, json: { error: { code: 110 } } })
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('HT-11: can be a %s', async (method) => {
    const { access_token: token } = await server.signUp(`by-${method}`)

    const answer = await send({
      method,
      path: '/me',
      headers: { 'X-Skygear-Access-Token': token },
    })

    expect(answer).toMatchObject({ status: 200, json: { result: { access_token: token } } })
  })

  it('that is a HEAD is answered without a body', async () => {
    const answer = await send({ method: 'HEAD', path: '/_status/healthz' })

    expect(answer.status).toBe(200)
    expect(answer.text).toBe('')
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(0)
  })

  it('that is OPTIONS is answered 200 without a body, on any path', async () => {
    const answer = await send({ method: 'OPTIONS', path: '/no/such/path' })

    expect(answer.status).toBe(200)
    expect(answer.text).toBe('')
  })

  it('gets an id that is another each time, answered or refused', async () => {
    const answers = [
      await send({ path: '/' }),
      await send({ path: '/me' }),
      await send({ method: 'OPTIONS', path: '/' }),
    ]

    const ids = answers.map(({ headers }) => String(headers['x-skygear-request-id']))
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/)
    expect(new Set(ids).size).toBe(3)
  })

  it('WB-10: is answered in JSON that nobody stores or takes for something else', async () => {
    const { headers } = await send({ path: '/' })

    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
  })

  it('HT-07: that is not HTTP is refused in JSON', async () => {
    const answer = await sendRaw(server.url, 'nonsense\r\n\r\n')

    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain('"code":107')
  })

  it('with headers that are too large is refused in JSON', async () => {
    const large = `X-Large: ${'x'.repeat(100_000)}`

    const answer = await sendRaw(server.url, `GET / HTTP/1.1\r\nHost: x\r\n${large}\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('"code":107')
  })

  it('HT-05: that ends half-way harms nobody', async () => {
    const socket = await openSocket(server.url)
    socket.write('POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"auth')
    socket.resetAndDestroy()

    expect((await send({ path: '/' })).status).toBe(200)
  })
})

describe('credentials', () => {
  it('can be members of the body', async () => {
    const { access_token: token } = await server.signUp('in-body')
    const body = JSON.stringify({ api_key: server.apiKey, access_token: token })

    expect((await send({ path: '/me', body })).status).toBe(200)
  })

  it('count in a header before the body', async () => {
    const { access_token: token } = await server.signUp('in-header')

    const answer = await send({
      path: '/me',
      headers: { 'x-skygear-access-token': token, 'X-SKYGEAR-API-KEY': server.apiKey },
      body: '{"api_key":"wrong","access_token":"unknown"}',
    })

    expect(answer.status).toBe(200)
  })

  it.each(['null', 'undefined', ''])('are no token when the header says %j', async (text) => {
    const headers = { 'X-Skygear-API-Key': server.apiKey, 'X-Skygear-Access-Token': text }

    const answer = await send({ path: '/auth/logout', headers })

    expect(answer.status).toBe(200)
  })

  it('are no token when the member is no text', async () => {
    const body = JSON.stringify({ api_key: server.apiKey, access_token: 5 })

    expect((await send({ path: '/auth/logout', body })).status).toBe(200)
  })

  it('TK-15: are not looked for in the address', async () => {
    const { access_token: token } = await server.signUp('in-address')

    const answer = await send({ path: `/me?access_token=${token}&api_key=${server.apiKey}` })

    expect(answer.json).toMatchObject({ error: { code: 101 } })
  })
})

describe('an answer that says when to try again', () => {
  it('has the header Retry-After', async () => {
    const busy = async () => {
      throw new ApiError('ResponseTimeout', 'busy', { retryAfterSeconds: 7 })
    }
    const url = await serveWith(busy)

    const answer = await fetch(`${url}/me`)

    expect(answer.status).toBe(503)
    expect(answer.headers.get('Retry-After')).toBe('7')
    expect(await answer.json()).toMatchObject({ error: { code: 122 } })
  })
})

describe('the log', () => {
  it('LG-01: has one line for each request, with what it was and how it ended', async () => {
    const logging = await startTestServer({ LOG_LEVEL: 'info' })
    onTestFinished(logging.close)
    const { headers } = await logging.call('me', {}, { token: 'unknown' })
    await fetch(`${logging.url}/secret/path?code=secret`)
    await logging.call('_status:healthz')

    const lines = logging.log.map((line) => JSON.parse(line) as Record<string, unknown>)

    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({
      msg: 'request',
      action: 'me',
      status: 401,
      code: 104,
      ms: expect.any(Number),
      requestId: headers.get('X-Skygear-Request-Id'),
    })
    expect(lines[1]).toMatchObject({ status: 200, code: 0 })
    expect(lines[1]).not.toHaveProperty('action')
    expect(logging.log.join()).not.toContain('secret')
  })
})

interface RawRequest {
  path: string
  method?: string
  headers?: Record<string, string>
  body?: string
}

interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: unknown
}

/** Node's client sends the path as it is given; fetch would tidy it. */
function send({ path, method = 'POST', headers = {}, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(server.url)
  const agent = new Agent({ keepAlive: false })
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: text === '' ? undefined : JSON.parse(text),
        }),
      )
    })
    sent.on('error', reject).end(body)
  })
}

/** The HTTP side alone, over what answers instead of the actions. */
async function serveWith(dispatch: () => Promise<never>): Promise<string> {
  const log = pino({ level: 'silent' })
  const keyKindOf = () => undefined
  const handle = createHandleRequest({
    dispatch,
    pages: createHandlePage({
      pages: [],
      templates: createTemplates(''),
      appName: '',
      basePath: '',
    }),
    cors: () => [],
    clientOf: createClientOf(new BlockList()),
    metricsPage: createMetricsPage({ keyKindOf, gather: async () => [] }),
    count: () => {},
    log,
  })
  const http = createNodeServer(handle, createPubsub(keyKindOf), 100)
  const port = await http.listen('127.0.0.1', 0)
  onTestFinished(() => http.close())
  return `http://127.0.0.1:${port}`
}
