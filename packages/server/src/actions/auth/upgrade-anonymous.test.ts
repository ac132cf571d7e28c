import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'off', CUSTOM_TOKEN_SECRET: 'unused' })
})

afterAll(() => server.close())

describe('auth:anonymous:upgrade', () => {
  it('gives names and a password, and keeps id, records, access and session', async () => {
    const { access_token: token, user_id: id } = await signUpAnonymously({ interest: 'reading' })
    const note = { _id: 'note/amy', _access: null, body: 'mine' }
    await server.call('record:save', { database_id: '_private', records: [note] }, { token })
    const authData = { username: 'amy', email: 'amy@example.com' }

    const { result } = await upgrade(token, authData)

    expect(result).toMatchObject({
      user_id: id,
      access_token: token,
      profile: { ...authData, interest: 'reading', _ownerID: id },
    })
    expect((await server.call('me', {}, { token })).result.profile).toMatchObject(authData)
    for (const [name, value] of Object.entries(authData)) {
      expect((await logIn({ [name]: value })).result.user_id).toBe(id)
    }
    const ids = { database_id: '_private', ids: ['note/amy'] }
    const kept = await server.call('record:fetch', ids, { token })
    expect(kept.result).toEqual([expect.objectContaining({ body: 'mine' })])
  })

  it('leaves the other sessions of the user as they are', async () => {
    const { access_token: token, user_id: id } = await signUpAnonymously()
    const master = { key: server.masterKey }
    const other = (await server.call('me', { _user_id: id }, master)).result.access_token

    await upgrade(token, { username: 'bea' })

    expect((await server.call('me', {}, { token: other })).result.user_id).toBe(id)
  })

  it('PH-11 refuses a name that is taken, and changes nothing', async () => {
    await server.signUp('cat')
    const { access_token: token } = await signUpAnonymously()

    expect((await upgrade(token, { username: 'CAT' })).error).toMatchObject({ code: 109 })

    expect((await server.call('me', {}, { token })).result.profile).not.toHaveProperty('username')
    expect((await upgrade(token, { username: 'catherine' })).status).toBe(200)
  })

  it('refuses a user who has a password', async () => {
    const { access_token: token } = await server.signUp('dan')

    expect((await upgrade(token, { username: 'daniel' })).error?.code).toBe(102)
    expect((await logIn({ username: 'daniel' })).error?.code).toBe(110)
  })

  it('refuses a user of an app’s own log-in', async () => {
    const { access_token: token, user_id: id } = await signUpAnonymously()
    await server.sql('insert into custom_token_user values (?, ?) returning 1', 'subject', id)

    expect((await upgrade(token, { username: 'eve' })).error?.code).toBe(102)
  })

  it('holds the password to the policy', async () => {
    const { access_token: token } = await signUpAnonymously()

    const { error } = await upgrade(token, { username: 'fay' }, 'short')

    expect(error).toMatchObject({ code: 126, info: { reason: 'PasswordTooShort' } })
  })

  it.each([
    [{ auth_data: {}, password: testPassword }],
    [{ auth_data: { username: null }, password: testPassword }],
    [{ auth_data: { interest: 'x' }, password: testPassword }],
    [{ auth_data: { username: 'gus', _id: 'other' }, password: testPassword }],
    [{ auth_data: { username: { $type: 'x' } }, password: testPassword }],
    [{ auth_data: { username: 'gus' }, password: '' }],
    [{ auth_data: { username: 'gus' }, password: '\ud800 half a character' }],
    [{ password: testPassword }],
  ])('refuses what cannot be used: %j', async (body) => {
    const { access_token: token } = await signUpAnonymously()

    const { status, error } = await server.call('auth:anonymous:upgrade', body, { token })

    expect([status, error?.code]).toEqual([400, 108])
  })

  it('needs a user', async () => {
    const body = { auth_data: { username: 'hal' }, password: testPassword }

    expect((await server.call('auth:anonymous:upgrade', body)).error?.code).toBe(101)
  })

  it('RC-19 lets one of many devices win, whose name and password hold', async () => {
    const { access_token: token, user_id: id } = await signUpAnonymously()
    const devices = Array.from({ length: 20 }, (_, n) => ({
      username: `ida${n}`,
      password: `correct horse ${n} battery`,
    }))

    const answers = await Promise.all(
      devices.map(({ username, password }) => upgrade(token, { username }, password)),
    )

    const winner = answers.findIndex(({ status }) => status === 200)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const codes = answers.map(({ error }) => error?.code).filter((code) => code !== undefined)
    expect(new Set(codes)).toEqual(new Set([102]))
    const { username, password } = devices[winner]!
    expect((await logIn({ username }, password)).result.user_id).toBe(id)
    const rows = await server.sql('select canonical from login_id where user_id = ?', id)
    expect(rows).toEqual([{ canonical: username }])
  })

  it('RC-19 gives one name to one of many anonymous users', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => signUpAnonymously()))

    const answers = await Promise.all(
      users.map(({ access_token: token }) => upgrade(token, { username: 'jay' })),
    )

    const codes = answers.map(({ error }) => error?.code ?? 0).toSorted((a, b) => a - b)
    expect(codes).toEqual([0, ...Array.from({ length: 19 }, () => 109)])
    const winner = users[answers.findIndex(({ error }) => !error)]!
    expect((await logIn({ username: 'jay' })).result.user_id).toBe(winner.user_id)
  })
})

async function signUpAnonymously(profile: Record<string, unknown> = {}) {
  return (await server.call('auth:signup', { auth_data: {}, profile })).result
}

function upgrade(token: string, authData: Record<string, unknown>, password = testPassword) {
  const body = { auth_data: authData, password }
  return server.call('auth:anonymous:upgrade', body, { token })
}

function logIn(authData: Record<string, unknown>, password = testPassword) {
  return server.call('auth:login', { auth_data: authData, password })
}
