import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type MailServer, startMailServer } from '../../testing/mail-server.ts'
import {
  startTestServer,
  type TestCredentials,
  type TestServer,
  testPassword,
} from '../../testing/test-server.ts'

describe('limits of auth:signup', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT: 'on', TRUSTED_PROXIES: '127.0.0.1' })
  })

  afterAll(() => server.close())

  it('AB-05: let twenty users an hour sign up from one network', async () => {
    const client = { from: '192.0.2.1' }
    for (let i = 0; i < 20; i += 1) expect((await signUp(`amy-${i}`, client)).status).toBe(200)

    const refused = await signUp('amy-20', client)

    expect(refused.status).toBe(429)
    expect(refused.error?.code).toBe(130)
    expect((await signUp('amy-20', { from: '192.0.2.2' })).status).toBe(200)
    expect((await signUp('amy-21', { ...client, key: server.masterKey })).status).toBe(200)
  })

  it('AB-04: let thirty anonymous users an hour sign up from one network', async () => {
    const client = { from: '192.0.2.3' }
    const codes = new Set<unknown>()
    for (let i = 0; i < 30; i += 1) codes.add((await anonymous(client)).error?.code)

    expect(codes).toEqual(new Set([undefined]))
    expect((await anonymous(client)).error?.code).toBe(130)
    expect((await anonymous({ from: '192.0.2.4' })).status).toBe(200)
  })

  it('EN-06: tell anonymous users no more of names than whoever signs up', async () => {
    await signUp('dan', { from: '192.0.2.9' })
    const client = { from: '192.0.2.10' }
    const token = (await anonymous(client)).result.access_token
    const upgrade = (username: string) => {
      const body = { auth_data: { username }, password: testPassword }
      return server.call('auth:anonymous:upgrade', body, { ...client, token })
    }
    for (let i = 0; i < 10; i += 1) expect((await upgrade('dan')).error?.code).toBe(109)

    expect((await upgrade('dan')).error?.code).toBe(130)
    expect((await upgrade('of-nobody')).error?.code).toBe(130)
    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('AB-04: let 100,000 anonymous users a day sign up from everywhere', async () => {
    await anonymous({ from: '192.0.2.5' })
    await server.sql('update rate_limit set count = most, free_at = resets_at where most = 100000')

    expect((await anonymous({ from: '192.0.2.6' })).error?.code).toBe(130)
    expect((await signUp('bea', { from: '192.0.2.6' })).status).toBe(200)
  })

  it('EN-06: tell ten times that a name is taken, and then nothing of any name', async () => {
    await signUp('cat', { from: '192.0.2.7' })
    const client = { from: '192.0.2.8' }
    for (let i = 0; i < 10; i += 1) expect((await signUp('cat', client)).error?.code).toBe(109)

    expect((await signUp('cat', client)).error?.code).toBe(130)
    expect((await signUp('of-nobody', client)).error?.code).toBe(130)
  })

  function signUp(username: string, client: TestCredentials) {
    return server.call('auth:signup', { auth_data: { username }, password: testPassword }, client)
  }

  function anonymous(client: TestCredentials) {
    return server.call('auth:signup', {}, client)
  }
})

describe.each(['opaque', 'jwt'])('ENUMERATION=strict with %s tokens', (TOKEN_STORE) => {
  let mailServer: MailServer
  let server: TestServer

  beforeAll(async () => {
    mailServer = await startMailServer()
    server = await startTestServer({
      ...mailServer.settings,
      ENUMERATION: 'strict',
      TOKEN_STORE,
    })
  })

  afterAll(async () => {
    await server.close()
    await mailServer.stop()
  })

  it('EN-08: answers an address that is taken as a new one, and tells its owner', async () => {
    await server.call('role:default', { roles: ['reader'] }, { key: server.masterKey })
    const amy = await signUp({ email: 'amy@example.com' })

    const pretended = await signUp({ email: 'Amy@example.com' })

    const real = await signUp({ email: 'bea@example.com' })
    expect(pretended.status).toBe(real.status)
    expect(shapeOf(pretended.text)).toEqual(shapeOf(real.text))
    expect([...pretended.headers.keys()]).toEqual([...real.headers.keys()])
    expect(pretended.result.user_id).not.toBe(amy.result.user_id)
    const { access_token: token } = pretended.result
    expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    const [{ users }] = (await server.sql<{ users: number }>(
      'select count(*) as users from account',
    )) as [{ users: number }]
    expect(users).toBe(2)
    const mail = await mailServer.next('amy@example.com')
    expect(mail.subject).toBe('You already have an account at myapp')
  })

  it('says that a user name is taken', async () => {
    await signUp({ username: 'cat', email: 'cat@example.com' })

    const answer = await signUp({ username: 'cat', email: 'cat@example.com' })

    expect(answer.error?.code).toBe(109)
  })

  it('EN-03: refuses unknown, wrong, passwordless and disabled alike', async () => {
    const { user_id: id } = (await signUp({ username: 'dan' })).result
    const disabled = { auth_id: id, disabled: true }
    await signUp({ username: 'eve' })
    await server.call('auth:disable:set', disabled, { key: server.masterKey })
    await signUp({ username: 'fay' })
    await server.sql(
      `update account set password_hash = null
       where id = (select user_id from login_id where canonical = 'fay')`,
    )
    const answers = []
    for (const username of ['nobody', 'eve', 'dan', 'fay']) {
      const body = { auth_data: { username }, password: 'wrong password' }
      answers.push(await server.call('auth:login', body))
    }

    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(new Set(answers.map(({ headers }) => [...headers.keys()].join())).size).toBe(1)
    expect(answers[0]?.error?.code).toBe(105)
  })

  function signUp(authData: Record<string, unknown>) {
    return server.call('auth:signup', { auth_data: authData, password: testPassword })
  }
})

it('EN-01: compatible answers say what is wrong', async () => {
  const server = await startTestServer()
  onTestFinished(server.close)
  await server.signUp('amy')
  const logIn = (username: string) =>
    server.call('auth:login', { auth_data: { username }, password: 'wrong password' })

  expect(await logIn('nobody')).toMatchObject({ status: 404, error: { code: 110 } })
  expect(await logIn('amy')).toMatchObject({ status: 401, error: { code: 105 } })
})

/** The names and types of all members, however deep. */
function shapeOf(text: string): unknown {
  return JSON.parse(text, (_, value) => (typeof value === 'object' ? value : typeof value))
}
