import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linkIn, type MailServer, startMailServer } from '../testing/mail-server.ts'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'

interface Row {
  id: string
  event: string
  user_id: string | null
  actor: string | null
  data: string
  source: string
}

const newPassword = 'staple in the barn'

let mailServer: MailServer
let server: TestServer

beforeAll(async () => {
  mailServer = await startMailServer()
  server = await startTestServer({
    ...mailServer.settings,
    RATE_LIMIT: 'off',
    VERIFY_KEYS: 'email',
  })
})

afterAll(async () => {
  await server.close()
  await mailServer.stop()
})

describe('the audit trail', () => {
  it('LG-12 has one event for each change, in their order', async () => {
    const master = { key: server.masterKey }
    const { access_token: token, user_id: id } = await server.signUp('amy')
    const wrong = { auth_data: { username: 'amy' }, password: 'wrong' }
    await server.call('auth:login', wrong)
    await server.call('auth:login', { ...wrong, password: testPassword })
    const record = { _id: `user/${id}`, email: 'amy@example.com', interest: 'reading' }
    await server.call('record:save', { database_id: '_public', records: [record] }, { token })
    await server.call('record:save', { records: [{ ...record, interest: 'x' }] }, { token })
    await server.call('auth:password', { old_password: 'wrong', password: newPassword }, { token })
    const change = { old_password: testPassword, password: newPassword }
    await server.call('auth:password', change, { token })
    await server.call('role:assign', { users: [id, 'nobody'], roles: ['editor'] }, master)
    await server.call('role:revoke', { users: [id], roles: ['editor'] }, master)
    await server.call('auth:disable:set', { auth_id: id, disabled: true }, master)
    await server.call('auth:login', { ...wrong, password: newPassword })
    await server.call('auth:disable:set', { auth_id: id, disabled: false }, master)
    await server.call('auth:reset_password', { auth_id: id, password: testPassword }, master)
    const [{ id: session } = { id: '' }] = (await server.call('auth:sessions', {}, { token }))
      .result.sessions
    await server.call('auth:sessions:revoke', { id: session }, { token })
    await server.call('auth:sessions:revoke', { others: true }, { token })
    await server.call('me', {}, { token })
    await server.call('auth:logout', {}, { token })

    const events = await eventsOf(id)

    expect(events.map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
      ['signup', { login_ids: ['username'] }],
      ['login_failure', { reason: 'wrong_password' }],
      ['login_success', { login_id: 'username' }],
      ['change_login_ids', { login_ids: ['email'] }],
      ['change_password_failure', {}],
      ['change_password', { invalidate: false }],
      ['change_roles', { type: 'assign', user_ids: [id], roles: ['editor'] }],
      ['change_roles', { type: 'revoke', user_ids: [id], roles: ['editor'] }],
      ['disable_user', {}],
      ['login_failure', { reason: 'disabled' }],
      ['enable_user', {}],
      ['reset_password', { by: 'master_key' }],
      ['session_revoked', { session }],
      ['session_revoked', { others: true }],
      ['logout', {}],
    ])
    const actors = Object.fromEntries(events.map(({ event, actor }) => [event, actor]))
    expect(actors).toMatchObject({
      login_failure: null,
      change_login_ids: id,
      disable_user: '_master',
      logout: id,
    })
    expect(JSON.parse(events[0]!.source)).toMatchObject({
      address: '127.0.0.1',
      tcp_remote_addr: expect.stringContaining('127.0.0.1'),
    })
  })

  it('has codes that are sent and used, without what is in them', async () => {
    const email = 'bea@example.com'
    const body = { auth_data: { email }, password: testPassword }
    const { user_id: id, access_token: token } = (await server.call('auth:signup', body)).result
    await server.call('user:verify_request', { args: { record_key: 'email' } }, { token })
    const code = /\b\d{6}\b/.exec(String((await mailServer.next(email)).text))![0]
    await server.call('user:verify_code', { args: { code } }, { token })
    await server.call('user:forgot-password', { args: { email } })
    const { searchParams } = linkIn(await mailServer.next(email))
    const args = { ...Object.fromEntries(searchParams), new_password: newPassword }
    expect((await server.call('user:reset-password', { args })).status).toBe(200)

    const events = await eventsOf(id)

    expect(events.map(({ event, data }) => [event, JSON.parse(data)])).toEqual([
      ['signup', { login_ids: ['email'] }],
      ['verify_code_issued', { record_key: 'email' }],
      ['verify_address', { record_key: 'email' }],
      ['reset_code_issued', {}],
      ['reset_password', { by: 'code' }],
    ])
    const text = JSON.stringify(events)
    for (const secret of [code, searchParams.get('code')!]) expect(text).not.toContain(secret)
  })

  it('has the upgrade of an anonymous user, and all sessions that end', async () => {
    const answer = await server.call('auth:signup', { auth_data: {} })
    const { access_token: token, user_id: id } = answer.result
    const upgrade = { auth_data: { username: 'cat' }, password: testPassword }
    await server.call('auth:anonymous:upgrade', upgrade, { token })
    await server.call('auth:sessions:revoke', { all: true }, { token })

    expect((await eventsOf(id)).map(({ event }) => event)).toEqual([
      'signup',
      'upgrade_anonymous',
      'change_login_ids',
      'session_revoked',
    ])
  })

  it('LG-02 LG-06 has the beginning of a name that nobody has, and no more of it', async () => {
    await server.call('auth:login', { auth_data: { username: 'my s3cret' }, password: 'x' })

    const [row] = await server.sql<Row>(
      "select * from audit_event where event = 'login_failure' and user_id is null",
    )

    expect(JSON.parse(row!.data)).toEqual({ reason: 'unknown_user', login_id: 'my …' })
  })

  it('LG-03 keeps headers as short lines', async () => {
    const response = await fetch(`${server.url}/auth/signup`, {
      method: 'POST',
      headers: {
        'X-Skygear-API-Key': server.apiKey,
        'X-Forwarded-For': `a\u009b31m${'x'.repeat(4_000)}`,
        'User-Agent': `a\tb${'y'.repeat(4_000)}`,
        Connection: 'close',
      },
      body: JSON.stringify({ auth_data: {} }),
    })
    const { result } = (await response.json()) as { result: { user_id: string } }

    const [{ source } = { source: '{}' }] = await eventsOf(result.user_id)

    const values = Object.values(JSON.parse(source) as Record<string, string>)
    expect(values.every((value) => value.length <= 200 && !/\p{C}/u.test(value))).toBe(true)
  })

  it('LG-04 has no password, token or key', async () => {
    const { access_token: token } = await server.signUp('dan')

    const text = JSON.stringify(await server.sql<Row>('select * from audit_event'))

    const secrets = [testPassword, newPassword, token, server.masterKey, server.apiKey]
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  it('LG-07 has nothing of a change that was not kept', async () => {
    await server.signUp('eve')
    const answer = await server.call('auth:signup', { auth_data: {} })
    const { access_token: token, user_id: id } = answer.result

    const upgrade = { auth_data: { username: 'eve' }, password: testPassword }
    expect((await server.call('auth:anonymous:upgrade', upgrade, { token })).status).toBe(409)

    expect((await eventsOf(id)).map(({ event }) => event)).toEqual(['signup'])
  })

  it('is switched off by USER_AUDIT_ENABLED=no', async () => {
    const silent = await startTestServer({ USER_AUDIT_ENABLED: 'no' })
    try {
      await silent.signUp('amy')

      expect(await silent.sql('select * from audit_event')).toEqual([])
    } finally {
      await silent.close()
    }
  })
})

function eventsOf(id: string): Promise<Row[]> {
  return server.sql<Row>('select * from audit_event where user_id = ? order by id', id)
}
