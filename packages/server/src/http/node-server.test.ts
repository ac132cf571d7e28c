import { Agent, get } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSocket, sendRaw } from '../testing/raw-http.ts'
import { startTestServer } from '../testing/test-server.ts'

const REQUEST = 'GET /_status/healthz HTTP/1.1\r\nHost: x\r\n\r\n'

describe('MAX_CONNECTIONS', () => {
  it('HT-03: has further connections answered 503, and nothing done for them', async () => {
    const server = await startTestServer({ MAX_CONNECTIONS: '2' })
    onTestFinished(server.close)
    const first = await openSocket(server.url)
    const second = await openSocket(server.url)
    onTestFinished(() => void [first, second].map((socket) => socket.destroy()))
    const body = JSON.stringify({ api_key: server.apiKey })

    const refused = await sendRaw(
      server.url,
      `POST /auth/signup HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )

    expect(refused).toMatch(/^HTTP\/1\.1 503 /)
    expect(refused).toContain('Retry-After: 1\r\n')
    expect(JSON.parse(refused.split('\r\n\r\n')[1]!)).toMatchObject({ error: { code: 122 } })
    expect(await server.sql('select * from account')).toEqual([])
  })

  it('leaves those that are open as they are, and has room again when one ends', async () => {
    const server = await startTestServer({ MAX_CONNECTIONS: '1' })
    onTestFinished(server.close)
    const kept = await openSocket(server.url)
    expect(await sendRaw(server.url, REQUEST)).toMatch(/^HTTP\/1\.1 503 /)

    expect(await answerOn(kept)).toMatch(/^HTTP\/1\.1 200 /)
    kept.destroy()
    await sleep(100)

    const next = await openSocket(server.url)
    onTestFinished(() => void next.destroy())
    expect(await answerOn(next)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a server that stops', () => {
  it('tells on a kept connection that it stops, and that no other answer will follow', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    expect((await health(server.url, agent)).status).toBe(200)

    const stopped = server.stop()
    const answer = await health(server.url, agent)
    await stopped

    expect(answer).toMatchObject({ status: 503, connection: 'close', retryAfter: '1' })
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 122 } })
  })

  it('takes no new connections', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const kept = await openSocket(server.url)
    onTestFinished(() => void kept.destroy())
    expect(await answerOn(kept)).toMatch(/^HTTP\/1\.1 200 /)

    const stopped = server.stop()
    await sleep(100)

    await expect(openSocket(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await stopped
  })
})

async function answerOn(socket: Socket): Promise<string> {
  socket.write(REQUEST)
  return new Promise((resolve) => socket.once('data', (data) => resolve(String(data))))
}

function health(url: string, agent: Agent) {
  return new Promise<{
    status: number | undefined
    connection: string | undefined
    retryAfter: string | undefined
    body: string
  }>((resolve, reject) => {
    const request = get(`${url}/_status/healthz`, { agent }, (response) => {
      const { statusCode: status, headers } = response
      const { connection, 'retry-after': retryAfter } = headers
      text(response).then((body) => resolve({ status, connection, retryAfter, body }), reject)
    })
    request.on('error', reject)
  })
}
