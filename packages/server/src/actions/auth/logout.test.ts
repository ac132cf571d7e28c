import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('auth:logout', () => {
  it('ends the session at once', async () => {
    const { access_token: token } = await server.signUp('amy')

    const answer = await server.call('auth:logout', {}, { token })

    expect(answer.result).toEqual({ status: 'OK' })
    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
  })

  it('leaves other sessions of the user', async () => {
    const { access_token: token } = await server.signUp('bea')
    const body = { auth_data: { username: 'bea' }, password: testPassword }
    const other = (await server.call('auth:login', body)).result.access_token

    await server.call('auth:logout', {}, { token })

    expect((await server.call('me', {}, { token: other })).status).toBe(200)
  })

  it('needs no key beside a token', async () => {
    const { access_token: token } = await server.signUp('cat')

    const answer = await server.call('auth:logout', {}, { token, key: null })

    expect(answer.status).toBe(200)
  })

  it('answers OK to a key without a token', async () => {
    const answer = await server.call('auth:logout')

    expect(answer.result).toEqual({ status: 'OK' })
  })

  it('refuses a token that is unknown', async () => {
    const answer = await server.call('auth:logout', {}, { token: 'unknown' })

    expect(answer.status).toBe(401)
    expect(answer.error?.name).toBe('AccessTokenNotAccepted')
  })

  it('refuses whoever has neither key nor token', async () => {
    const answer = await server.call('auth:logout', {}, { key: null })

    expect(answer.error).toMatchObject({
      code: 101,
      message: 'Both api key and access token are empty',
    })
  })

  it('works for a disabled user', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('dan')
    await server.sql('update account set disabled = 1 where id = ?', userId)

    const answer = await server.call('auth:logout', {}, { token })

    expect(answer.status).toBe(200)
    expect(await server.sql('select * from session where user_id = ?', userId)).toEqual([])
  })

  it('works for a user whose password has expired', async () => {
    const strict = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(strict.close)
    const { access_token: token } = await strict.signUp('eve')
    await strict.sql('update account set password_changed_at = 0')

    const answer = await strict.call('auth:logout', {}, { token })

    expect(answer.status).toBe(200)
  })

  it('TK-03: holds for every server on the database from the next request on', async () => {
    const other = await startTestServer({ DATA_DIR: server.dataDirectory })
    onTestFinished(other.close)
    const { access_token: token } = await server.signUp('fay')
    expect((await other.call('me', {}, { token })).status).toBe(200)

    await server.call('auth:logout', {}, { token })

    expect((await other.call('me', {}, { token })).error?.code).toBe(104)
  })
})
