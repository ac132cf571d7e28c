import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const secret = 'custom-token-secret-0123456789abcdef'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ CUSTOM_TOKEN_SECRET: secret })
})

afterAll(() => server.close())

describe('names that sso:custom_token:login brings', () => {
  it('are refused when they are empty', async () => {
    await logIn('bea', {})

    expect((await logIn('bea', { email: '' })).error?.name).toBe('InvalidArgument')
    expect((await logIn('cat', { email: '' })).error?.name).toBe('InvalidArgument')
    expect((await logIn('bea', { email: null })).status).toBe(200)
  })

  it('are no matter to a user who has an empty one from before', async () => {
    const { result } = await logIn('dan', { username: 'dan' })
    const { user_id: id } = result
    const old = JSON.stringify({ username: '' })
    await server.sql("update record set fields = ? where type = 'user' and key = ?", old, id)
    await server.sql("update login_id set canonical = '' where user_id = ?", id)

    expect((await logIn('dan', { username: '' })).result.user_id).toBe(id)
  })
})

async function logIn(subject: string, profile: Record<string, unknown>) {
  const token = await new SignJWT({ sub: subject, skyprofile: profile })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret))
  return server.call('sso:custom_token:login', { token })
}
