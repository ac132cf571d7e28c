import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { openSocket, sendRaw } from '../testing/raw-http.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeEach(async () => {
  server = await startTestServer()
})

afterEach(() => server.close())

describe('a pubsub socket', () => {
  it.each(['/pubsub', '/_/pubsub'])(
    'is accepted at %s with the key in the address',
    async (path) => {
      const socket = await open(`${path}?api_key=${server.apiKey}`)

      expect(socket.readyState).toBe(WebSocket.OPEN)
    },
  )

  it('is accepted with the key in a header', async () => {
    const socket = await open('/pubsub', { 'X-Skygear-API-Key': server.apiKey })

    expect(socket.readyState).toBe(WebSocket.OPEN)
  })

  it('stays open and silent, whatever is said', async () => {
    const socket = await open(`/pubsub?api_key=${server.apiKey}`)
    const messages: unknown[] = []
    socket.on('message', (message) => messages.push(message))

    socket.send('{"action":"sub","channel":"x"}')
    await sleep(200)

    expect(messages).toEqual([])
    expect(socket.readyState).toBe(WebSocket.OPEN)
  })

  it('answers to a ping', async () => {
    const socket = await open(`/pubsub?api_key=${server.apiKey}`)

    const pong = new Promise((resolve) => socket.once('pong', () => resolve('pong')))
    socket.ping()

    expect(await pong).toBe('pong')
  })

  it.each(['/pubsub', '/pubsub?api_key=', '/pubsub?api_key=wrong'])(
    'is refused without a good key: %s',
    async (path) => {
      await expect(open(path)).rejects.toThrow('401')
    },
  )

  it('is refused elsewhere', async () => {
    await expect(open(`/other?api_key=${server.apiKey}`)).rejects.toThrow('404')
  })

  it('that sends too much is cut off, and nothing else is', async () => {
    const other = await open(`/pubsub?api_key=${server.apiKey}`)
    const socket = await open(`/pubsub?api_key=${server.apiKey}`)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))

    socket.send('x'.repeat(100_000))

    expect(await closed).not.toBe(1000)
    expect(other.readyState).toBe(WebSocket.OPEN)
  })

  it('is closed when the server stops', async () => {
    const socket = await open(`/pubsub?api_key=${server.apiKey}`)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))

    await server.stop()

    expect(await closed).toBe(1001)
  })

  it('of a client that is gone does not keep the server from stopping', async () => {
    const socket = await openSocket(server.url)
    onTestFinished(() => void socket.destroy())
    const isOpen = new Promise((resolve) => socket.once('data', resolve))
    socket.write(upgrade(`/pubsub?api_key=${server.apiKey}`))
    await isOpen
    socket.pause()
    const start = performance.now()

    await server.stop()

    expect(performance.now() - start).toBeLessThan(10_000)
  }, 60_000)
})

describe('a request to change the protocol', () => {
  it('with an address that cannot be read harms nobody', async () => {
    const answer = await sendRaw(server.url, upgrade('//'))

    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect((await fetch(server.url)).status).toBe(200)
  })

  it('that is cut off harms nobody', async () => {
    for (let i = 0; i < 20; i += 1) {
      const socket = await openSocket(server.url)
      socket.write(upgrade('/pubsub?api_key=wrong').repeat(20))
      socket.resetAndDestroy()
    }
    await sleep(100)

    expect((await fetch(server.url)).status).toBe(200)
  })

  it('to something else than a WebSocket is refused', async () => {
    const request = upgrade(`/pubsub?api_key=${server.apiKey}`).replace('websocket', 'h2c')

    const answer = await sendRaw(server.url, request)

    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
  })
})

function open(path: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}${path}`, { headers })
  onTestFinished(() => socket.terminate())
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket))
    socket.once('error', reject)
  })
}

function upgrade(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '\r\n',
  ].join('\r\n')
}
