import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { linkIn, type MailServer, startMailServer } from '../../testing/mail-server.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

const newPassword = 'another horse battery'

let mailServer: MailServer
let server: TestServer

beforeAll(async () => {
  mailServer = await startMailServer()
  server = await startTestServer({ ...mailServer.settings, RATE_LIMIT: 'off' })
})

afterAll(async () => {
  await server.close()
  await mailServer.stop()
})

describe('user:reset-password', () => {
  it('sets the password, without any key', async () => {
    const reset = await askForReset('amy')

    const answer = await redeem(reset)

    expect(answer.result).toEqual({ status: 'OK' })
    expect((await logIn('amy', newPassword)).status).toBe(200)
    expect((await logIn('amy', testPassword)).error?.code).toBe(105)
  })

  it('takes its arguments in a list too, and the time as text', async () => {
    const { user_id: userId, code, expire_at: expireAt } = await askForReset('bea')

    const args = [userId, code, String(expireAt), newPassword]
    const answer = await server.call('user:reset-password', { args }, { key: null })

    expect(answer.status).toBe(200)
  })

  it('RS-11, TK-08, PH-02: ends every session of the user and begins none', async () => {
    const reset = await askForReset('cat')
    const others = [(await logIn('cat', testPassword)).result.access_token, reset.token]

    const answer = await redeem(reset)

    expect(answer.text).not.toContain('access_token')
    for (const token of others) {
      expect((await server.call('me', {}, { token })).error?.code).toBe(104)
    }
  })

  it('RS-13: tells the user by mail', async () => {
    const reset = await askForReset('dan')

    await redeem(reset)

    const mail = await mailServer.next('dan@example.com')
    expect(mail.subject).toContain('has changed')
    expect(mail.raw).not.toContain('http')
  })

  it('RS-05: takes a code once', async () => {
    const reset = await askForReset('eve')
    await redeem(reset)

    const again = await redeem(reset)

    expect(again.error).toMatchObject({
      code: 110,
      message: 'user_id is not found or code invalid',
    })
  })

  it('RC-04: takes a code once when it is used twenty times at the same time', async () => {
    const reset = await askForReset('fay')

    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(reset)))

    const statuses = answers.map(({ status }) => status).sort((a, b) => a - b)
    expect(statuses).toEqual([200, ...Array<number>(19).fill(404)])
  })

  it('RS-02: takes no code any more after ten wrong ones', async () => {
    const reset = await askForReset('gus')
    for (let i = 0; i < 10; i++) {
      expect((await redeem({ ...reset, code: `wrong-${i}` })).error?.code).toBe(110)
    }

    expect((await redeem(reset)).error?.code).toBe(110)
    expect((await logIn('gus', testPassword)).status).toBe(200)
  })

  it('takes a code after nine wrong ones', async () => {
    const reset = await askForReset('hal')
    for (let i = 0; i < 9; i++) await redeem({ ...reset, code: `wrong-${i}` })

    expect((await redeem(reset)).status).toBe(200)
  })

  it('does not use the code up for a password that the policy refuses', async () => {
    const reset = await askForReset('ida')
    for (let i = 0; i < 12; i++) {
      const refused = await redeem(reset, 'short')
      expect(refused.error).toMatchObject({ code: 126, info: { reason: 'PasswordTooShort' } })
    }

    expect((await redeem(reset)).status).toBe(200)
  })

  it('RS-03: refuses an older code when there is a newer one', async () => {
    const older = await askForReset('jay')
    const newer = await askAgain('jay')

    expect((await redeem({ ...older, ...{ expire_at: newer.expire_at } })).error?.code).toBe(110)
    expect((await redeem(older)).error?.code).toBe(110)
    expect((await redeem(newer)).status).toBe(200)
  })

  it('RS-03: refuses a code from before a password change', async () => {
    const reset = await askForReset('kim')
    const body = { old_password: testPassword, password: 'a third horse battery' }
    await server.call('auth:password', body, { token: reset.token })

    expect((await redeem(reset)).error?.code).toBe(110)
  })

  it('RS-07: refuses a code from before the address changed, even if it changed back', async () => {
    const reset = await askForReset('lee')
    for (const email of ['lee2@example.com', 'lee@example.com']) {
      const records = [{ _id: `user/${reset.user_id}`, email }]
      await server.call('record:save', { records }, { token: reset.token })
    }

    expect((await redeem(reset)).error?.code).toBe(110)
  })

  it('RS-03: takes a code from before a log-in', async () => {
    const reset = await askForReset('mia')
    await logIn('mia', testPassword)

    expect((await redeem(reset)).status).toBe(200)
  })

  it('RS-03: refuses a code whose time is over', async () => {
    const reset = await askForReset('ned')
    const past = Math.floor(Date.now() / 1_000) - 1
    const change = 'update one_time_code set expires_at = ? where user_id = ?'
    await server.sql(change, past * 1_000, reset.user_id)

    expect((await redeem({ ...reset, expire_at: past })).error?.code).toBe(110)
  })

  it('RS-01: refuses another time than that of the link', async () => {
    const reset = await askForReset('oda')

    const later = { ...reset, expire_at: reset.expire_at + 3_600 }

    expect((await redeem(later)).error?.code).toBe(110)
  })

  it('RS-07, EN-10: refuses the code of another user, and says the same of a user whom there is not', async () => {
    const pat = await askForReset('pat')
    const quinn = await askForReset('quinn')

    const ofAnother = await redeem({ ...pat, user_id: quinn.user_id })
    const ofNobody = await redeem({ ...pat, user_id: 'nobody' })

    expect([ofNobody.status, ofNobody.text]).toEqual([ofAnother.status, ofAnother.text])
    expect(ofAnother.error?.code).toBe(110)
  })

  it('RS-09: sets nothing with a code that was made up, or with part of one', async () => {
    const { code, ...reset } = await askForReset('sue')

    for (const made of ['', 'x'.repeat(code.length), code.slice(1), `${code}x`]) {
      expect((await redeem({ ...reset, code: made })).status).toBeGreaterThanOrEqual(400)
    }
    expect((await logIn('sue', testPassword)).status).toBe(200)
  })

  it('RS-15: sets the first password of a user who has none', async () => {
    const secret = 'custom-token-secret-0123456789abcdef'
    const other = await startTestServer({ ...mailServer.settings, CUSTOM_TOKEN_SECRET: secret })
    onTestFinished(other.close)
    const email = 'tom@example.com'
    const token = await new SignJWT({ sub: 'tom', skyprofile: { email } })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(Buffer.from(secret))
    const byToken = async () => (await other.call('sso:custom_token:login', { token })).result
    const { user_id: userId } = await byToken()
    await other.call('user:forgot-password', { args: { email } })
    const reset = argsIn(linkIn(await mailServer.next(email)))

    const args = { ...reset, new_password: newPassword }
    await other.call('user:reset-password', { args }, { key: null })

    const login = { auth_data: { email }, password: newPassword }
    expect((await other.call('auth:login', login)).result.user_id).toBe(userId)
    expect((await byToken()).user_id).toBe(userId)
  })

  it('RS-06: refuses a code that is for something else', async () => {
    const { user_id: userId, token, expire_at: expireAt } = await askForReset('rae')
    await server.call('user:verify_request', { args: { record_key: 'email' } }, { token })
    const mail = await mailServer.next('rae@example.com')
    const code = linkIn(mail).searchParams.get('code')!

    const answer = await redeem({ user_id: userId, code, expire_at: expireAt })

    expect(answer.error?.code).toBe(110)
  })

  it.each([
    ['user_id', {}],
    ['code', { user_id: 'x' }],
    ['expire_at', { user_id: 'x', code: 'y' }],
    ['new_password', { user_id: 'x', code: 'y', expire_at: 1 }],
  ])('says that %s is missing', async (name, args) => {
    const answer = await server.call('user:reset-password', { args })

    expect(answer.error).toMatchObject({
      code: 108,
      message: `${name} must be set`,
      info: { arguments: [name] },
    })
  })

  it.each([5, 'text', [[]], { user_id: 1 }])('refuses arguments like %j', async (args) => {
    const answer = await server.call('user:reset-password', { args })

    expect([107, 108]).toContain(answer.error?.code)
  })
})

describe('user:reset-password with JWT tokens', () => {
  it('ends every session of the user', async () => {
    const jwtServer = await startTestServer({ ...mailServer.settings, TOKEN_STORE: 'jwt' })
    try {
      const body = { auth_data: { email: 'sam@example.com' }, password: testPassword }
      const { access_token: token } = (await jwtServer.call('auth:signup', body)).result
      await jwtServer.call('user:forgot-password', { args: { email: 'sam@example.com' } })
      const args = argsIn(linkIn(await mailServer.next('sam@example.com')))

      await jwtServer.call('user:reset-password', { args: { ...args, new_password: newPassword } })

      expect((await jwtServer.call('me', {}, { token })).error?.code).toBe(104)
    } finally {
      await jwtServer.close()
    }
  })
})

interface ResetArgs {
  user_id: string
  code: string
  expire_at: number
}

/** Signs a user up who then forgets the password. */
async function askForReset(name: string): Promise<ResetArgs & { token: string }> {
  const body = {
    auth_data: { username: name, email: `${name}@example.com` },
    password: testPassword,
  }
  const { access_token: token } = (await server.call('auth:signup', body)).result
  return { ...(await askAgain(name)), token }
}

async function askAgain(name: string): Promise<ResetArgs> {
  await server.call('user:forgot-password', { args: { email: `${name}@example.com` } })
  return argsIn(linkIn(await mailServer.next(`${name}@example.com`)))
}

function argsIn({ searchParams }: URL): ResetArgs {
  return {
    user_id: searchParams.get('user_id')!,
    code: searchParams.get('code')!,
    expire_at: Number(searchParams.get('expire_at')),
  }
}

function redeem({ user_id, code, expire_at }: ResetArgs, password = newPassword) {
  const args = { user_id, code, expire_at, new_password: password }
  return server.call('user:reset-password', { args }, { key: null })
}

function logIn(username: string, password: string) {
  return server.call('auth:login', { auth_data: { username }, password })
}
