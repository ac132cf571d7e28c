import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createServer } from './server.ts'
import { loadSettings, SettingsError } from './settings.ts'
import { openSocket } from './testing/raw-http.ts'
import { startTestServer, testPassword } from './testing/test-server.ts'

describe('a server', () => {
  it('tells where it listens, so that a browser can open it', async () => {
    const server = await startTestServer({ HOST: '0.0.0.0' })
    onTestFinished(server.close)

    expect(server.url).toMatch(/^http:\/\/localhost:\d+$/)
    expect((await fetch(server.url)).status).toBe(200)
  })

  it('takes the port of HOST before PORT', async () => {
    const server = await startTestServer({ HOST: '127.0.0.1:0', PORT: '1' })
    onTestFinished(server.close)

    expect((await fetch(server.url)).status).toBe(200)
  })

  it('needs its keys', async () => {
    const attempt = createServer(loadSettings({ DATABASE_URL: 'sqlite:/nowhere/x.db' }))

    await expect(attempt).rejects.toThrow(SettingsError)
  })

  it('needs a secret for JWT tokens', async () => {
    const settings = loadSettings({
      API_KEY: 'a',
      MASTER_KEY: 'b',
      TOKEN_STORE: 'jwt',
      DATABASE_URL: 'sqlite:/nowhere/x.db',
    })

    await expect(createServer(settings)).rejects.toThrow('TOKEN_STORE_SECRET')
  })

  it('fails to start on a port that is taken', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)

    const attempt = startTestServer({ PORT: new URL(server.url).port })

    await expect(attempt).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it('has what was acknowledged after it is stopped and started again', async () => {
    const first = await startTestServer()
    onTestFinished(first.close)
    const { access_token: token } = await first.signUp('amy')
    await first.stop()

    const second = await startTestServer({ DATA_DIR: first.dataDirectory })
    onTestFinished(second.close)

    expect((await second.call('me', {}, { token })).status).toBe(200)
  })

  it('shares its database with another server', async () => {
    const first = await startTestServer()
    onTestFinished(first.close)
    const second = await startTestServer({ DATA_DIR: first.dataDirectory })
    onTestFinished(second.close)

    const users = Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? first : second).signUp(`user-${i}`),
    )
    await Promise.all(users)

    const body = { auth_data: { username: 'user-0' }, password: testPassword }
    expect((await second.call('auth:login', body)).status).toBe(200)
  })
})

describe('a server that stops', () => {
  it('R-20: finishes what is under way', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const signUps = Array.from({ length: 4 }, (_, i) => server.signUp(`user-${i}`))
    // Let them arrive.
    await sleep(50)

    await server.stop()

    expect(await Promise.all(signUps)).toHaveLength(4)
    expect(await server.sql('select * from account')).toHaveLength(4)
  })

  it('does not wait for connections that are kept for later', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    await server.signUp('amy')
    const start = performance.now()

    await server.stop()

    expect(performance.now() - start).toBeLessThan(4_000)
  })

  it('does not wait for a connection that is kept after an answer under way', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const signUp = server.signUp('amy')
    await sleep(20)
    const start = performance.now()

    await server.stop()
    await signUp

    expect(performance.now() - start).toBeLessThan(4_000)
  })

  it('does not wait for a connection on which nothing was ever said', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const socket = await openSocket(server.url)
    onTestFinished(() => void socket.destroy())
    const start = performance.now()

    await server.stop()

    expect(performance.now() - start).toBeLessThan(4_000)
  }, 90_000)
})
