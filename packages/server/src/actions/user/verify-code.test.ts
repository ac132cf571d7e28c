import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  linkIn,
  type MailServer,
  type ReceivedMail,
  startMailServer,
} from '../../testing/mail-server.ts'
import { startTestServer, type TestServer, testPassword } from '../../testing/test-server.ts'

let mailServer: MailServer
let server: TestServer

beforeAll(async () => {
  mailServer = await startMailServer()
  server = await startTestServer({
    ...mailServer.settings,
    VERIFY_KEYS: 'email,phone',
    RATE_LIMIT: 'on',
    TRUSTED_PROXIES: '127.0.0.1',
  })
})

afterAll(async () => {
  await server.close()
  await mailServer.stop()
})

describe('user:verify_request', () => {
  it('sends a code of six digits and a link to the address', async () => {
    const amy = await signUp('amy')

    const answer = await request(amy)

    expect([answer.status, answer.text]).toEqual([200, '{}'])
    const mail = await mailServer.next('amy@example.com')
    expect(codeIn(mail)).toMatch(/^\d{6}$/)
    const { pathname, searchParams } = linkIn(mail)
    expect(pathname).toBe('/user/verify-code/form')
    expect(searchParams.get('auth_id')).toBe(amy.user_id)
    expect(searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  })

  it('can send a code of letters and digits', async () => {
    const complex = { ...mailServer.settings, VERIFY_KEYS_EMAIL_CODE_FORMAT: 'complex' }
    const other = await startTestServer(complex)
    onTestFinished(other.close)
    const bea = await signUp('bea', other)

    await request(bea, 'email', other)

    const code = codeIn(await mailServer.next('bea@example.com'))
    expect(code).toMatch(/^[0-9a-z]{8}$/)
    expect((await verify(bea, ` ${code.toUpperCase()} `, other)).status).toBe(200)
  })

  it('needs a user, and takes a dead token for none', async () => {
    const nobody = await server.call('user:verify_request', { args: { record_key: 'email' } })
    const dead = await request({ access_token: 'dead', user_id: '' })

    for (const { error } of [nobody, dead]) {
      expect(error).toMatchObject({
        code: 101,
        message: 'You must log in to perform this action.',
      })
    }
  })

  it.each(['username', '', null, '__proto__'])(
    'refuses a field that is not to be verified: %j',
    async (key) => {
      const user = await signUp(`field-${String(key).length}-${typeof key}`)

      expect((await request(user, key)).error?.code).toBe(108)
    },
  )

  it('refuses a field that holds no address', async () => {
    const cat = await signUp('cat')

    expect((await request(cat, 'phone')).error?.code).toBe(108)
  })

  it('AB-03: lets a user have five mails an hour sent', async () => {
    const dan = await signUp('dan')
    for (let i = 0; i < 5; i++) expect((await request(dan)).status).toBe(200)

    expect((await request(dan)).error?.code).toBe(130)
  })

  it('answers NotConfigured without a mail server', async () => {
    const silent = await startTestServer()
    onTestFinished(silent.close)
    const eve = await signUp('eve', silent)

    expect((await request(eve, 'email', silent)).error?.code).toBe(125)
  })
})

describe('user:verify_code', () => {
  it('marks address and user as verified', async () => {
    const fay = await signUp('fay')
    const code = await requestCode(fay, 'fay')

    const answer = await verify(fay, code)

    expect([answer.status, answer.text]).toEqual([200, '{}'])
    expect(await profileOf(fay)).toMatchObject({ email_verified: true, is_verified: true })
  })

  it('RS-05: takes a code once', async () => {
    const gus = await signUp('gus')
    const code = await requestCode(gus, 'gus')

    const answers = await Promise.all(Array.from({ length: 8 }, () => verify(gus, code)))

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('RS-02, CS-09: takes no code any more after ten wrong ones', async () => {
    const hal = await signUp('hal')
    const code = await requestCode(hal, 'hal')
    const wrong = code === '000000' ? '000001' : '000000'
    for (let i = 0; i < 10; i++) expect((await verify(hal, wrong)).error?.code).toBe(108)

    expect((await verify(hal, code)).error?.code).toBe(108)
    expect(await profileOf(hal)).not.toHaveProperty('email_verified')
  })

  it('RC-05: takes no code any more after ten wrong ones at the same time', async () => {
    const ida = await signUp('ida')
    const code = await requestCode(ida, 'ida')
    const wrong = code === '000000' ? '000001' : '000000'
    await Promise.all(Array.from({ length: 15 }, () => verify(ida, wrong)))

    expect((await verify(ida, code)).error?.code).toBe(108)
  })

  it('does not repeat a wrong code', async () => {
    const jay = await signUp('jay')

    expect((await verify(jay, 's3cret')).text).not.toContain('s3cret')
  })

  it('refuses an older code when there is a newer one', async () => {
    const kim = await signUp('kim')
    const older = await requestCode(kim, 'kim')
    const newer = await requestCode(kim, 'kim')

    if (older !== newer) expect((await verify(kim, older)).error?.code).toBe(108)
    expect((await verify(kim, newer)).status).toBe(200)
  })

  it('RS-22: refuses a code for an address from before a change, even if it changed back', async () => {
    const lee = await signUp('lee')
    const code = await requestCode(lee, 'lee')
    await save(lee, { email: 'lee2@example.com' })
    expect((await verify(lee, code)).error?.code).toBe(108)
    await save(lee, { email: 'lee@example.com' })

    expect((await verify(lee, code)).error?.code).toBe(108)
  })

  it('refuses a code whose time is over', async () => {
    const mia = await signUp('mia')
    const code = await requestCode(mia, 'mia')
    await server.sql('update one_time_code set expires_at = ? where user_id = ?', 1, mia.user_id)

    expect((await verify(mia, code)).error).toMatchObject({
      code: 108,
      message: 'the code has expired',
    })
  })

  it('RS-07: refuses the code of another user', async () => {
    const ned = await signUp('ned')
    const oda = await signUp('oda')
    const code = await requestCode(ned, 'ned')

    expect((await verify(oda, code)).error?.code).toBe(108)
  })

  it('needs a user', async () => {
    const answer = await server.call('user:verify_code', { args: { code: '123456' } })

    expect(answer.error?.code).toBe(101)
  })

  it('refuses a request without a code', async () => {
    const pat = await signUp('pat')

    expect((await verify(pat, undefined)).error?.code).toBe(108)
  })

  it('leaves what is verified to the criteria of the operator', async () => {
    const settings = { ...mailServer.settings, VERIFY_KEYS: 'email,work', VERIFY_CRITERIA: 'all' }
    const strict = await startTestServer(settings)
    onTestFinished(strict.close)
    const quinn = await signUp('quinn', strict)
    await save(quinn, { work: 'quinn@work.example' }, strict)

    await request(quinn, 'email', strict)
    await verify(quinn, codeIn(await mailServer.next('quinn@example.com')), strict)
    expect(await profileOf(quinn, strict)).toMatchObject({
      email_verified: true,
      is_verified: false,
    })

    await request(quinn, 'work', strict)
    await verify(quinn, codeIn(await mailServer.next('quinn@work.example')), strict)
    expect(await profileOf(quinn, strict)).toMatchObject({
      work_verified: true,
      is_verified: true,
    })
  })
})

describe('flags of verification', () => {
  it('AC-06: are not the client’s to set, at sign-up or later', async () => {
    const flags = { is_verified: true, email_verified: true, phone_verified: true }
    const rae = await signUp('rae', server, flags)
    for (const atomic of [false, true]) {
      expect((await save(rae, { ...flags, nickname: 'r' }, server, atomic)).status).toBe(200)
    }

    const profile = await profileOf(rae)

    expect(profile).toMatchObject({ nickname: 'r' })
    for (const flag of Object.keys(flags)) expect(profile).not.toHaveProperty(flag)
  })

  it('can be set with the master key', async () => {
    const sam = await signUp('sam')
    const records = [{ _id: `user/${sam.user_id}`, email_verified: true }]
    await server.call('record:save', { records }, { key: server.masterKey })

    expect(await profileOf(sam)).toMatchObject({ email_verified: true, is_verified: true })
  })

  it('RS-14: fall back to false when the address changes', async () => {
    const tom = await signUp('tom')
    await verify(tom, await requestCode(tom, 'tom'))

    await save(tom, { email: 'tom2@example.com' })

    expect(await profileOf(tom)).toMatchObject({ email_verified: false, is_verified: false })
  })

  it('stay when something else changes', async () => {
    const una = await signUp('una')
    await verify(una, await requestCode(una, 'una'))

    await save(una, { nickname: 'u', email: 'una@example.com' })

    expect(await profileOf(una)).toMatchObject({ email_verified: true, is_verified: true })
  })

  it('AC-07: are nobody else’s to read', async () => {
    const viv = await signUp('viv')
    const wes = await signUp('wes')
    await verify(viv, await requestCode(viv, 'viv'))

    const { result } = await server.call(
      'record:fetch',
      { ids: [`user/${viv.user_id}`] },
      { token: wes.access_token },
    )

    expect(result[0]).not.toHaveProperty('email_verified')
    expect(result[0]).not.toHaveProperty('is_verified')
  })
})

describe('VERIFY_REQUIRED', () => {
  it('RS-21: keeps users out until they are verified, and lets them verify', async () => {
    const gated = await startTestServer({ ...mailServer.settings, VERIFY_REQUIRED: 'YES' })
    onTestFinished(gated.close)
    const xia = await signUp('xia', gated)
    const token = xia.access_token
    const note = { records: [{ _id: 'note/1', text: 'x' }] }

    const refused = await gated.call('record:save', note, { token })
    expect([refused.status, refused.error?.code]).toEqual([403, 128])
    expect((await gated.call('me', {}, { token })).error?.code).toBe(128)

    await request(xia, 'email', gated)
    await verify(xia, codeIn(await mailServer.next('xia@example.com')), gated)

    expect((await gated.call('record:save', note, { token })).status).toBe(200)
    expect((await gated.call('me', {}, { token })).status).toBe(200)
  })

  it('does not keep a user from logging in and out', async () => {
    const gated = await startTestServer({ VERIFY_REQUIRED: 'yes' })
    onTestFinished(gated.close)
    const yan = await signUp('yan', gated)
    const body = { auth_data: { email: 'yan@example.com' }, password: testPassword }

    expect((await gated.call('auth:login', body)).status).toBe(200)
    expect((await gated.call('auth:logout', {}, { token: yan.access_token })).status).toBe(200)
  })
})

describe('an address that changes', () => {
  it('RS-13: is told so, and the new one is not', async () => {
    const zoe = await signUp('zoe')

    await save(zoe, { email: 'zoe2@example.com' })

    const mail = await mailServer.next('zoe@example.com')
    expect(mail.subject).toContain('address')
    expect(mail.recipients).toEqual(['zoe@example.com'])
    expect(mail.raw).not.toContain('zoe2')
  })
})

describe('addresses of strangers', () => {
  it('AB-03: get ten mails of a kind a day, however often a user changes to them and back', async () => {
    const eli = await signUp('eli')
    for (let i = 0; i < 24; i++) {
      await save(eli, { email: i % 2 === 0 ? 'stranger@example.com' : 'eli@example.com' })
    }
    await mailServer.next('stranger@example.com')
    const done = await signUp('last')
    await request(done)
    await mailServer.next('last@example.com')

    const count = mailServer.mails.filter(({ recipients }) => recipients[0]!.startsWith('stranger'))
    expect(count).toHaveLength(10)
  })
})

describe('a welcome mail', () => {
  it('is sent when the operator wants it', async () => {
    const welcoming = await startTestServer({
      ...mailServer.settings,
      WELCOME_EMAIL_ENABLED: 'yes',
    })
    onTestFinished(welcoming.close)

    await signUp('welcome', welcoming)

    expect((await mailServer.next('welcome@example.com')).subject).toContain('Welcome')
  })
})

interface SignedUp {
  user_id: string
  access_token: string
}

/** Each from another address, for the limit of sign-ups. */
let signUps = 0

async function signUp(name: string, on = server, profile = {}): Promise<SignedUp> {
  const body = { auth_data: { email: `${name}@example.com` }, password: testPassword, profile }
  signUps += 1
  return (await on.call('auth:signup', body, { from: `192.0.2.${signUps}` })).result
}

function request({ access_token: token }: SignedUp, key: unknown = 'email', on = server) {
  return on.call('user:verify_request', { args: { record_key: key } }, { token, key: null })
}

async function requestCode(user: SignedUp, name: string): Promise<string> {
  await request(user)
  return codeIn(await mailServer.next(`${name}@example.com`))
}

function verify({ access_token: token }: SignedUp, code: string | undefined, on = server) {
  return on.call('user:verify_code', { args: { code } }, { token, key: null })
}

function save(
  { user_id: id, access_token: token }: SignedUp,
  fields: object,
  on = server,
  atomic = false,
) {
  return on.call('record:save', { records: [{ _id: `user/${id}`, ...fields }], atomic }, { token })
}

async function profileOf({ access_token: token }: SignedUp, on = server) {
  return (await on.call('me', {}, { token })).result.profile
}

function codeIn({ text = '' }: ReceivedMail): string {
  return /^ {4}(\w+)$/m.exec(text)?.[1] ?? ''
}
