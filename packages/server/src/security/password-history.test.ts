import { afterEach, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

const DAY_MS = 86_400_000

let server: TestServer
let token: string

afterEach(() => server.close())

describe('USER_AUDIT_PW_HISTORY_SIZE', () => {
  it('PW-08: keeps the last passwords from being set again', async () => {
    await start({ USER_AUDIT_PW_HISTORY_SIZE: '2' })
    await change(testPassword, 'the second password')

    const answer = await change('the second password', testPassword)

    expect(answer.status).toBe(400)
    expect(answer.error).toEqual({
      name: 'PasswordPolicyViolated',
      code: 126,
      message: 'password reused',
      info: { reason: 'PasswordReused', history_size: 2, history_days: 0 },
    })
  })

  it('keeps the current password from being set again', async () => {
    await start({ USER_AUDIT_PW_HISTORY_SIZE: '1' })

    const answer = await change(testPassword, testPassword)

    expect(answer.error?.info).toMatchObject({ reason: 'PasswordReused' })
  })

  it('forgets older passwords', async () => {
    await start({ USER_AUDIT_PW_HISTORY_SIZE: '2' })
    await change(testPassword, 'the second password')
    await change('the second password', 'the third password')

    const answer = await change('the third password', testPassword)

    expect(answer.status).toBe(200)
    expect(await server.sql('select * from password_history')).toHaveLength(2)
  })

  it('knows a password in another normalisation', async () => {
    await start({ USER_AUDIT_PW_HISTORY_SIZE: '2' })
    await change(testPassword, 'Zo\u00eb sits there')

    const answer = await change('Zo\u00eb sits there', 'Zoe\u0308 sits there')

    expect(answer.error?.info).toMatchObject({ reason: 'PasswordReused' })
  })

  it('is no memory of other users', async () => {
    await start({ USER_AUDIT_PW_HISTORY_SIZE: '5' })

    const other = await server.call('auth:signup', {
      auth_data: { username: 'bea' },
      password: testPassword,
    })

    expect(other.status).toBe(200)
  })
})

describe('USER_AUDIT_PW_HISTORY_DAYS', () => {
  it('keeps passwords of the last days from being set again, however many', async () => {
    await start({ USER_AUDIT_PW_HISTORY_DAYS: '30' })
    await change(testPassword, 'the second password')
    await change('the second password', 'the third password')

    const answer = await change('the third password', testPassword)

    expect(answer.error?.info).toEqual({
      reason: 'PasswordReused',
      history_size: 0,
      history_days: 30,
    })
  })

  it('forgets those of before', async () => {
    await start({ USER_AUDIT_PW_HISTORY_DAYS: '30' })
    await server.sql('update password_history set set_at = ?', Date.now() - 32 * DAY_MS)
    await change(testPassword, 'the second password')

    const answer = await change('the second password', testPassword)

    expect(answer.status).toBe(200)
  })

  it('counts from midnight in UTC', async () => {
    await start({ USER_AUDIT_PW_HISTORY_DAYS: '1' })
    const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS
    await server.sql('update password_history set set_at = ?', midnight)

    expect((await change(testPassword, testPassword)).error?.code).toBe(126)

    await server.sql('update password_history set set_at = ?', midnight - 1)
    expect((await change(testPassword, testPassword)).status).toBe(200)
  })
})

describe('no history', () => {
  it('keeps no old hashes', async () => {
    await start({})
    await change(testPassword, 'the second password')

    expect(await server.sql('select * from password_history')).toEqual([])
  })
})

async function start(environment: Record<string, string>): Promise<void> {
  server = await startTestServer(environment)
  token = (await server.signUp('amy')).access_token
}

function change(oldPassword: string, password: string) {
  return server.call('auth:password', { old_password: oldPassword, password }, { token })
}
