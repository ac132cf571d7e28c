import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../testing/test-server.ts'
import { isAction } from './dispatch.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('access', () => {
  it('is refused for a wrong key even beside a good token', async () => {
    const { access_token: token } = await server.signUp('amy')

    const answer = await server.call('me', {}, { key: 'wrong', token })

    expect(answer.status).toBe(401)
    expect(answer.error).toMatchObject({ name: 'AccessKeyNotAccepted', code: 103 })
  })

  it('KY-01: does not repeat a wrong key, which may be a mistyped master key', async () => {
    const answer = await server.call('me', {}, { key: 'mistyped-master-key' })

    expect(answer.text).not.toContain('mistyped-master-key')
  })

  it('is given for a good token without a key', async () => {
    const { access_token: token } = await server.signUp('bea')

    const answer = await server.call('me', {}, { key: null, token })

    expect(answer.status).toBe(200)
  })

  it('is refused for a bad token even beside a good key', async () => {
    const answer = await server.call('record:query', { record_type: 'note' }, { token: 'unknown' })

    expect(answer.error?.code).toBe(104)
  })

  it('is refused for a bad token even beside the master key', async () => {
    const credentials = { key: server.masterKey, token: 'unknown' }

    const answer = await server.call('record:query', { record_type: 'note' }, credentials)

    expect(answer.error?.code).toBe(104)
  })

  it('is refused where a user is needed and there is only a key', async () => {
    const answer = await server.call('me')

    expect(answer.error).toMatchObject({ name: 'NotAuthenticated', code: 101 })
  })

  it('is refused where a user is needed and there is only the master key', async () => {
    const answer = await server.call('me', {}, { key: server.masterKey })

    expect(answer.error?.code).toBe(101)
  })

  it('is given to the master key where a user or the master key is needed', async () => {
    const body = { records: [{ _id: 'note/by-master' }] }

    const answer = await server.call('record:save', body, { key: server.masterKey })

    expect(answer.result).toMatchObject([{ _type: 'record', _ownerID: '_god' }])
  })

  it('comes before the reading of the body', async () => {
    const answer = await server.call('auth:login', { password: 5 }, { key: 'wrong' })

    expect(answer.error?.code).toBe(103)
  })

  it('counts a disabled user as nobody where a user is not needed', async () => {
    const { access_token: token, user_id: userId } = await server.signUp('cat')
    const mine = { _id: 'note/of-cat', _access: [] }
    await server.call('record:save', { records: [mine] }, { token })
    await server.sql('update account set disabled = 1 where id = ?', userId)

    const answer = await server.call('record:fetch', { ids: ['note/of-cat'] }, { token })

    expect(answer.status).toBe(200)
    expect(answer.result).toMatchObject([{ _type: 'error', code: 102 }])
  })

  it('prefers the token to the user that the master key acts for', async () => {
    const dan = await server.signUp('dan')
    const eve = await server.signUp('eve')
    const credentials = { key: server.masterKey, token: dan.access_token }

    const { result } = await server.call('me', { _user_id: eve.user_id }, credentials)

    expect(result.user_id).toBe(dan.user_id)
  })
})

describe('the members of a request', () => {
  it('match in any case', async () => {
    await server.signUp('fay')
    const body = { Auth_Data: { username: 'fay' }, PASSWORD: testPassword }

    const answer = await server.call('auth:login', body)

    expect(answer.status).toBe(200)
  })

  it('count in their own spelling before any other', async () => {
    await server.signUp('gus')
    const body = { PASSWORD: 'wrong', auth_data: { username: 'gus' }, password: testPassword }

    const answer = await server.call('auth:login', body)

    expect(answer.status).toBe(200)
  })

  it('count as absent when they are null', async () => {
    await server.signUp('hal')
    const nothing = { provider: null, username: null, email: null }
    const body = { auth_data: { username: 'hal' }, password: testPassword, ...nothing }

    const answer = await server.call('auth:login', body)

    expect(answer.status).toBe(200)
  })

  it('are refused with BadRequest when they have the wrong type', async () => {
    const answer = await server.call('auth:login', {
      auth_data: { username: 'amy' },
      password: 12345678,
    })

    expect(answer.status).toBe(400)
    expect(answer.error).toEqual({
      name: 'BadRequest',
      code: 107,
      message: 'fails to decode the request payload',
    })
  })

  it('are refused when a list stands where an object is expected', async () => {
    const answer = await server.call('auth:login', { auth_data: [], password: testPassword })

    expect(answer.error?.code).toBe(107)
  })

  it('may be more than an action knows', async () => {
    const body = { page: 1, desired_keys: null, _from_plugin: true, record_type: 'nothing' }

    const answer = await server.call('record:query', body)

    expect(answer.result).toEqual([])
  })
})

describe('an action', () => {
  it('is known by its name', () => {
    expect(isAction('auth:login')).toBe(true)
  })

  it.each(['constructor', '__proto__', 'toString', 'AUTH:LOGIN', ''])(
    'is not found under %j',
    (name) => {
      expect(isAction(name)).toBe(false)
    },
  )

  it('LG-09, R-22: that fails for a reason of ours answers UnexpectedError with nothing inside', async () => {
    const broken = await startTestServer({ LOG_LEVEL: 'silent' })
    await broken.sql('drop table session')

    const answer = await broken.call('auth:signup')
    await broken.close()

    expect(answer.status).toBe(500)
    expect(answer.error).toMatchObject({ name: 'UnexpectedError', code: 10000 })
    expect(answer.text).not.toMatch(/session|sql/i)
  })

  it('LG-09: that fails for a reason of ours is logged with the cause and the request id', async () => {
    const broken = await startTestServer()
    await broken.sql('drop table session')

    const answer = await broken.call('auth:signup')
    await broken.close()

    const requestId = answer.headers.get('X-Skygear-Request-Id')!
    const line = broken.log.find((entry) => entry.includes(requestId))
    expect(line).toMatch(/no such table: session|relation \\"session\\" does not exist/)
  })
})
