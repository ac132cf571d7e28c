import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

describe('limits of networks', () => {
  it('do not keep a developer from trying things on one machine', async () => {
    const server = await start({}, { dev: true })
    await server.signUp('amy')

    for (let i = 0; i < 11; i += 1) {
      expect((await signUp(server, 'amy')).error?.name).toBe('Duplicated')
      expect((await logIn(server, `nobody-${i}`)).error?.name).toBe('ResourceNotFound')
    }
    for (let i = 0; i < 21; i += 1) expect((await signUp(server, `amy-${i}`)).status).toBe(200)
  })

  it.each([
    ['without --dev', {}, false],
    ['on an address that others reach', { HOST: '0.0.0.0' }, true],
    ['behind a proxy', { TRUSTED_PROXIES: '127.0.0.1' }, true],
  ])('hold %s', async (_, environment, dev) => {
    const server = await start(environment, { dev })
    await server.signUp('amy')
    for (let i = 0; i < 10; i += 1) await signUp(server, 'amy')

    expect((await signUp(server, 'amy')).error?.name).toBe('TooManyRequests')
  })

  it('are not those of an account, which hold for developers too', async () => {
    const server = await start({}, { dev: true })
    await server.signUp('amy')
    for (let i = 0; i < 11; i += 1) await logIn(server, 'amy', 'wrong')

    expect((await logIn(server, 'amy')).error?.name).toBe('TooManyRequests')
  })
})

describe('a limit that is reached', () => {
  it('LG-01: is named in the log, without names of users', async () => {
    const server = await start({ LOG_LEVEL: 'info' })
    await server.signUp('amy')
    for (let i = 0; i < 11; i += 1) await logIn(server, 'amy', 'wrong')
    for (let i = 0; i < 11; i += 1) await signUp(server, 'amy')

    const lines = server.log.map((line) => JSON.parse(line) as Record<string, unknown>)

    const reasons = lines.filter(({ status }) => status === 429).map(({ reason }) => reason)
    expect(new Set(reasons)).toEqual(
      new Set(['the limit login-account', 'the limit existence-network']),
    )
    expect(server.log.join()).not.toContain('amy')
  })

  it('LG-01: is named in the log when a page meets it', async () => {
    const server = await start({ LOG_LEVEL: 'info' }, { dev: true })
    const form = new URLSearchParams({ email: 'amy@example.com' })
    const ask = () =>
      fetch(`${server.url}/forgot-password`, { method: 'POST', body: form, redirect: 'manual' })
    for (let i = 0; i < 3; i += 1) expect((await ask()).status).toBe(303)

    expect((await ask()).status).toBe(429)

    expect(JSON.parse(server.log.at(-1)!)).toMatchObject({
      status: 429,
      reason: 'the limit forgot-password-address',
    })
  })
})

async function start(
  environment: Record<string, string>,
  options: { dev?: boolean } = {},
): Promise<TestServer> {
  const server = await startTestServer({ RATE_LIMIT: 'on', ...environment }, options)
  onTestFinished(server.close)
  return server
}

function signUp(server: TestServer, username: string) {
  return server.call('auth:signup', { auth_data: { username }, password: testPassword })
}

function logIn(server: TestServer, username: string, password = testPassword) {
  return server.call('auth:login', { auth_data: { username }, password })
}
