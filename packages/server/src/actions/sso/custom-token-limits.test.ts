import { SignJWT } from 'jose'
import { expect, it, onTestFinished } from 'vitest'
import { startTestServer } from '../../testing/test-server.ts'

it('CS-09: wrong custom tokens are refused after thirty from one network', async () => {
  const secret = 'custom-token-secret-0123456789abcdef'
  const server = await startTestServer({
    RATE_LIMIT: 'on',
    TRUSTED_PROXIES: '127.0.0.1',
    CUSTOM_TOKEN_SECRET: secret,
  })
  onTestFinished(server.close)
  const logIn = (token: string, from: string) =>
    server.call('sso:custom_token:login', { token }, { from })
  const token = await new SignJWT({ sub: 'amy' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
  for (let i = 0; i < 30; i += 1) expect((await logIn('wrong', '192.0.2.1')).error?.code).toBe(107)

  expect((await logIn(token, '192.0.2.1')).error?.code).toBe(130)
  expect((await logIn(token, '192.0.2.2')).status).toBe(200)
})
