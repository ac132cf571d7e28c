import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import skygearPackage from '../package.json' with { type: 'json' }
import { type Client, createClient, ErrorCodes, SkygearError } from './index.ts'
import type { KeyValueStorage } from './storage/key-value-storage.ts'
import { createMemoryStorage } from './storage/memory-storage.ts'
import {
  type Arrived,
  answerJSON,
  type MisbehavingServer,
  startMisbehavingServer,
} from './testing/misbehaving-server.ts'

const AMY = JSON.stringify({ _id: 'user/amy', _access: null, username: 'amy' })

describe('a call', () => {
  let server: MisbehavingServer
  let misbehave: (response: ServerResponse, request: Arrived) => void
  let storage: KeyValueStorage
  let skygear: Client
  const listener = vi.fn()

  beforeEach(async () => {
    server = await startMisbehavingServer((response, request) => misbehave(response, request))
    misbehave = (response) => answerJSON(response, 200, { result: { status: 'OK' } })
    storage = createMemoryStorage()
    storage.setItem('skygear-accesstoken', 'T1')
    storage.setItem('skygear-user', AMY)
    skygear = createClient({ storage })
    listener.mockClear()
    skygear.auth.onUserChanged(listener)
    await skygear.config({ endPoint: server.url, apiKey: 'K' })
  })

  afterEach(() => server.close())

  function expectStillLoggedIn(): void {
    expect(skygear.auth.currentUser?._id).toBe('amy')
    expect(skygear.auth.accessToken).toBe('T1')
    expect(storage.getItem('skygear-accesstoken')).toBe('T1')
    expect(storage.getItem('skygear-user')).toBe(AMY)
    expect(listener).not.toHaveBeenCalled()
  }

  describe('sends', () => {
    it('its action in path and body, and key and token in headers and body', async () => {
      await skygear.makeRequest('auth:some:action', { extra: 1 })

      const [request] = server.arrived
      expect(request?.path).toBe('/auth/some/action')
      expect(request?.body).toEqual({
        action: 'auth:some:action',
        api_key: 'K',
        access_token: 'T1',
        extra: 1,
      })
      expect(request?.headers).toMatchObject({
        accept: 'application/json',
        'content-type': 'application/json',
        'x-skygear-api-key': 'K',
        'x-skygear-access-token': 'T1',
        'x-skygear-sdk-version': `skygear-SDK-JS/${skygearPackage.version}`,
      })
    })

    it('no token header when nobody is logged in', async () => {
      const anonymous = createClient()
      await anonymous.config({ endPoint: `${server.url}/`, apiKey: 'K' })

      await anonymous.makeRequest('me')

      const [request] = server.arrived
      expect(request?.path).toBe('/me')
      expect(request?.headers).not.toHaveProperty('x-skygear-access-token')
      expect(request?.body).toEqual({ action: 'me', api_key: 'K', access_token: null })
    })

    it('at log-in, what the server gave for the device to be known by', async () => {
      misbehave = (response) => {
        response.setHeader('X-Skygear-Device', 'hint')
        answerJSON(response, 200, { result: { status: 'OK' } })
      }

      await skygear.makeRequest('auth:login')
      await skygear.makeRequest('auth:login')
      await skygear.auth.logout()
      await skygear.makeRequest('auth:login')
      await skygear.makeRequest('me')

      const sent = server.arrived.map(({ headers }) => headers['x-skygear-device'])
      expect(sent).toEqual([undefined, 'hint', undefined, 'hint', undefined])
    })

    it('a lambda with its arguments, dates in both directions', async () => {
      const day = new Date('2018-01-02T00:00:00Z')
      misbehave = (response, { body }) => answerJSON(response, 200, { result: body['args'] })

      const result = await skygear.lambda('hello:world', { day, list: [1] })

      expect(result).toEqual({ day, list: [1] })
      expect(server.arrived[0]?.body['args']).toEqual({
        day: { $type: 'date', $date: '2018-01-02T00:00:00.000Z' },
        list: [1],
      })
    })

    it('a lambda with places, references and records as such', async () => {
      const place = new skygear.Geolocation(1, 2)
      const city = new skygear.Reference('city/1')
      const note = new skygear.Record('note', { _id: 'note/1', title: 'Hello' })
      misbehave = (response, { body }) => answerJSON(response, 200, { result: body['args'] })

      const result = await skygear.lambda('hello:world', { list: [place, city], note })

      expect(result).toMatchObject({ list: [place, city] })
      expect(server.arrived[0]?.body['args']).toMatchObject({
        note: { $type: 'record', $record: { _id: 'note/1', _access: null, title: 'Hello' } },
      })
    })

    it.each(['127.0.0.1:3000', 'localhost:3000/', '[::1]:3000', 'auth.example.com:443/x'])(
      'nothing to an address without a scheme: %s',
      async (endPoint) => {
        const careless = createClient()
        await careless.config({ endPoint, apiKey: 'K' })

        await expect(careless.auth.whoami()).rejects.toMatchObject({
          message: 'Please config endPoint with http',
          code: ErrorCodes.InvalidArgument,
        })
      },
    )

    it('nothing before the client is configured', async () => {
      const unconfigured = createClient()

      await expect(unconfigured.auth.whoami()).rejects.toThrow('Please config endPoint')
      unconfigured.configEndPoint(server.url)
      await expect(unconfigured.auth.whoami()).rejects.toThrow('Please config ApiKey')
      await expect(unconfigured.auth.whoami()).rejects.toMatchObject({
        code: ErrorCodes.InvalidArgument,
        error: { code: ErrorCodes.InvalidArgument },
        answered: false,
      })
      expect(server.arrived).toEqual([])
    })

    it('nothing that JSON cannot hold', async () => {
      const circle: { [key: string]: unknown } = {}
      circle['self'] = circle

      await expect(skygear.makeRequest('me', circle)).rejects.toBeInstanceOf(SkygearError)
      expect(server.arrived).toEqual([])
    })

    it('SD-13: nothing to the place to which it is redirected', async () => {
      const thief = await startMisbehavingServer((response) => answerJSON(response, 200, {}))
      misbehave = (response) => response.writeHead(307, { Location: `${thief.url}/me` }).end()

      await expect(skygear.auth.whoami()).rejects.toMatchObject({ name: 'NetworkError' })

      expect(thief.arrived).toEqual([])
      expectStillLoggedIn()
      await thief.close()
    })
  })

  describe('that is refused', () => {
    it('rejects with all that the server said', async () => {
      const error = { name: 'TooManyRequests', code: 130, message: 'slow down', info: { a: 1 } }
      misbehave = (response) => {
        response.setHeader('Retry-After', '7')
        answerJSON(response, 429, { error })
      }

      const rejection = await skygear.auth.whoami().catch((reason) => reason)

      expect(rejection).toBeInstanceOf(SkygearError)
      expect(rejection).toMatchObject({
        ...error,
        error,
        status: 429,
        retryAfter: 7,
        answered: true,
      })
      expectStillLoggedIn()
    })

    it('reads a Retry-After that is a date', async () => {
      misbehave = (response) => {
        response.setHeader('Retry-After', new Date(Date.now() + 30_000).toUTCString())
        response.writeHead(503).end()
      }

      const rejection = await skygear.auth.whoami().catch((reason) => reason)

      expect(rejection.retryAfter).toBeGreaterThanOrEqual(28)
      expect(rejection.retryAfter).toBeLessThanOrEqual(30)
    })

    it.each([
      [401, 101],
      [401, 103],
      [401, 105],
      [403, 102],
      [403, 127],
      [403, 128],
      [429, 130],
      [500, 10000],
      [500, 10001],
      [503, 122],
      // Not what the server answers for a dead token, whatever stands in front of it may say.
      [503, 104],
      [200, 104],
    ])('SD-03: keeps the session on status %i, code %i', async (status, code) => {
      misbehave = (response) =>
        answerJSON(response, status, { error: { name: 'No', code, message: 'no' } })

      await expect(skygear.auth.whoami()).rejects.toMatchObject({ status, code })
      await expect(skygear.auth.changePassword('a', 'b')).rejects.toMatchObject({ status, code })

      expectStillLoggedIn()
    })

    it('SD-04: ends the session on code 104, once, and still rejects', async () => {
      misbehave = (response) =>
        answerJSON(response, 401, {
          error: {
            name: 'AccessTokenNotAccepted',
            code: 104,
            message: 'dead',
            info: { reason: 'expired' },
          },
        })

      const outcomes = await Promise.allSettled([
        skygear.auth.whoami(),
        skygear.lambda('anything'),
        skygear.auth.changePassword('a', 'b'),
      ])

      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(skygear.auth.currentUser).toBeNull()
      expect(skygear.auth.accessToken).toBeNull()
      expect(storage.getItem('skygear-accesstoken')).toBeNull()
      expect(storage.getItem('skygear-user')).toBeNull()
      expect(listener.mock.calls).toEqual([[null]])
      const end = { status: 'signedOut', reason: 'expired', source: 'server' }
      expect(skygear.auth.authState).toMatchObject(end)
    })
  })

  describe('that a busy server sends away', () => {
    const busy = { error: { name: 'ResponseTimeout', code: 122, message: 'busy' } }

    function sendAway(times: number, retryAfter: string): void {
      misbehave = (response, { body }) => {
        if (server.arrived.length > times) return answerJSON(response, 200, { result: body })
        response.setHeader('Retry-After', retryAfter)
        answerJSON(response, 503, busy)
      }
    }

    it('is sent again, at most twice, when it only reads', async () => {
      sendAway(2, '0')
      await expect(skygear.makeRequest('me')).resolves.toBeDefined()
      expect(server.arrived).toHaveLength(3)

      sendAway(Number.POSITIVE_INFINITY, '0')
      await expect(skygear.auth.whoami()).rejects.toMatchObject({ status: 503, answered: true })
      expect(server.arrived).toHaveLength(6)
      expectStillLoggedIn()
    })

    it('is not sent again when it may have changed something, or the wait is long', async () => {
      sendAway(1, '0')
      const call = skygear.auth.loginWithUsername('amy', 'b')
      await expect(call).rejects.toMatchObject({ retryAfter: 0 })
      expect(server.arrived).toHaveLength(1)

      sendAway(2, '3')
      await expect(skygear.auth.whoami()).rejects.toMatchObject({ retryAfter: 3 })
      expect(server.arrived).toHaveLength(2)
    })
  })

  describe('that is not answered', () => {
    it('rejects after the time set for it', async () => {
      skygear.timeoutOptions = { response: 50 }
      misbehave = () => {}

      await expect(skygear.auth.whoami()).rejects.toMatchObject({
        name: 'TimeoutError',
        code: undefined,
        status: undefined,
        answered: false,
        error: { name: 'TimeoutError' },
      })
      expectStillLoggedIn()
    })

    it('rejects when the answer stops half-way', async () => {
      skygear.timeoutOptions = { response: 200 }
      misbehave = (response) => {
        response.writeHead(200, { 'Content-Length': 1000 })
        response.write('{"result"')
      }

      await expect(skygear.auth.whoami()).rejects.toMatchObject({ name: 'TimeoutError' })
      expectStillLoggedIn()
    })

    it('rejects when the connection is dropped', async () => {
      misbehave = (response) => response.destroy()

      await expect(skygear.auth.whoami()).rejects.toMatchObject({
        name: 'NetworkError',
        code: undefined,
        answered: false,
        error: { name: 'NetworkError' },
      })
      expectStillLoggedIn()
    })

    it('rejects when there is no server', async () => {
      await server.close()

      const rejection = await skygear.auth.whoami().catch((reason) => reason)

      expect(rejection).toBeInstanceOf(SkygearError)
      expect(rejection.cause).toBeInstanceOf(Error)
      expectStillLoggedIn()
    })

    it('is not tried again', async () => {
      misbehave = (response) => response.destroy()

      await skygear.auth.signupAnonymously().catch(() => {})

      expect(server.arrived).toHaveLength(1)
    })
  })

  describe('that somebody else answers', () => {
    it.each([
      [502, '<html>Bad Gateway</html>'],
      [200, '<html>Welcome to our hotel</html>'],
      [401, '<html>Log in to the proxy</html>'],
      [404, '{"message":"no such host"}'],
      [200, ''],
      [400, ''],
      [200, '{"result":'],
      [200, '[]'],
      [200, 'null'],
      [200, '"text"'],
      [200, '{"result":{"status":"OK"}}'],
      [200, '{"result":{"profile":{"_id":"user/amy"}}}'],
      [200, '{"result":{"access_token":"T2"}}'],
      [200, '{"result":{"access_token":7,"profile":{"_id":"user/amy"}}}'],
      [200, '{"result":{"access_token":"T2","profile":{"_id":"note/1"}}}'],
      [200, '{}'],
    ])('SD-02: rejects and keeps the session on status %i, %s', async (status, body) => {
      misbehave = (response) => response.writeHead(status).end(body)

      for (const call of [
        () => skygear.auth.whoami(),
        () => skygear.auth.changePassword('a', 'b'),
        () => skygear.auth.loginWithUsername('bob', 'b'),
        () => skygear.auth.signupAnonymously(),
      ]) {
        await expect(call()).rejects.toMatchObject({
          name: 'UnexpectedAnswer',
          status,
          code: undefined,
          answered: false,
          error: { name: 'UnexpectedAnswer' },
        })
      }
      expectStillLoggedIn()
    })

    it('rejects a save that does not tell what became of each record', async () => {
      misbehave = (response) => answerJSON(response, 200, { result: [] })
      const note = new skygear.Record('note', { title: 'Hello' })

      await expect(skygear.publicDB.save(note)).rejects.toMatchObject({ name: 'UnexpectedAnswer' })

      expect(note['title']).toBe('Hello')
    })

    it.each([
      ['nothing', undefined],
      ['something else', 'OK'],
      ['items that are no objects', [null]],
      ['a record of another type', [{ _id: 'user/1', _type: 'record' }]],
    ])('rejects %s in the place of records', async (_, result) => {
      misbehave = (response) => answerJSON(response, 200, { result })
      const { auth, publicDB, Query, Record } = skygear
      const note = new Record('note', { _id: 'note/1', title: 'Hello' })
      const refusal = { name: 'UnexpectedAnswer' }

      await expect(publicDB.query(new Query(Record.extend('note')))).rejects.toMatchObject(refusal)
      await expect(publicDB.getRecordByID('note/1')).rejects.toMatchObject(refusal)
      await expect(auth.fetchUserRole(['amy'])).rejects.toMatchObject(refusal)
      await expect(publicDB.save([note, note, note])).rejects.toMatchObject(refusal)
      await expect(publicDB.delete([note, note, note])).rejects.toMatchObject(refusal)
    })
  })

  describe('for a user who is not known', () => {
    it('SD-11: is made when the stored user cannot be read, and tells who it is', async () => {
      misbehave = (response) =>
        answerJSON(response, 200, { result: { access_token: 'T1', profile: { _id: 'user/amy' } } })
      storage.setItem('skygear-user', '{"_id":"us')
      const damaged = createClient({ storage })
      damaged.auth.onUserChanged(listener)
      await damaged.config({ endPoint: server.url, apiKey: 'K' })

      expect(damaged.auth.authState.status).toBe('restoring')
      await vi.waitFor(() => expect(damaged.auth.currentUser?._id).toBe('amy'))
      expect(damaged.auth.authState.status).toBe('signedIn')
      await vi.waitFor(() => expect(listener).toHaveBeenCalledOnce())
      expect(server.arrived).toHaveLength(1)
    })
  })

  describe('to log out', () => {
    it('ends the session even when the server is not reached, and tells so', async () => {
      misbehave = (response) => response.destroy()

      await expect(skygear.auth.logout()).rejects.toMatchObject({ name: 'NetworkError' })

      expect(skygear.auth.currentUser).toBeNull()
      expect(skygear.auth.accessToken).toBeNull()
      expect(storage.getItem('skygear-accesstoken')).toBeNull()
      expect(listener.mock.calls).toEqual([[null]])
    })

    it('SD-09: ends the session before the server answers', async () => {
      misbehave = () => {}
      skygear.timeoutOptions = { response: 50 }

      const logout = skygear.auth.logout()
      await vi.waitFor(() => expect(server.arrived).toHaveLength(1))
      expect(skygear.auth.currentUser).toBeNull()
      expect(server.arrived[0]?.headers['x-skygear-access-token']).toBe('T1')

      await expect(logout).rejects.toMatchObject({ name: 'TimeoutError' })
      const end = { status: 'signedOut', reason: 'loggedOut', source: 'local' }
      expect(skygear.auth.authState).toMatchObject(end)
    })

    it('succeeds when the token is dead already', async () => {
      misbehave = (response) =>
        answerJSON(response, 401, {
          error: { name: 'AccessTokenNotAccepted', code: 104, message: 'dead' },
        })

      await expect(skygear.auth.logout()).resolves.toBeNull()

      expect(skygear.auth.currentUser).toBeNull()
      expect(listener.mock.calls).toEqual([[null]])
    })
  })
})
