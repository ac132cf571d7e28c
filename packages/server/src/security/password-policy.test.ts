import { describe, expect, it, onTestFinished } from 'vitest'
import { loadSettings } from '../settings.ts'
import { startTestServer } from '../testing/test-server.ts'
import { createPasswordPolicy, loadCommonPasswords } from './password-policy.ts'

const nothing = { USER_AUDIT_PW_MIN_LENGTH: '0', PASSWORD_BLOCKLIST: 'off' }

describe('the password policy without settings', () => {
  it('PW-01: wants 8 bytes', async () => {
    const policy = createPasswordPolicy(loadSettings({}))

    await expect(policy.check('xq7-pL2', {})).rejects.toMatchObject({
      name: 'PasswordPolicyViolated',
      status: 400,
      info: { reason: 'PasswordTooShort', min_length: 8, pw_length: 7 },
    })
    await expect(policy.check('xq7-pL2z', {})).resolves.toBeUndefined()
  })

  it('PW-06: refuses common passwords in any case', async () => {
    const policy = createPasswordPolicy(loadSettings({}))

    await expect(policy.check('Password1', {})).rejects.toMatchObject({
      name: 'PasswordPolicyViolated',
      info: { reason: 'PasswordTooCommon' },
    })
  })
})

describe('the length', () => {
  it('PW-04: is 256 characters at most, however many bytes they have', async () => {
    expect(await reasonOf('é'.repeat(256), {})).toBeUndefined()
    expect(await reasonOf('é'.repeat(257), {})).toBe('PasswordTooLong')
    expect(await reasonOf('😀'.repeat(256), {})).toBeUndefined()
    expect(await reasonOf('👩‍🚀'.repeat(100), {})).toBe('PasswordTooLong')
    const longer = { USER_AUDIT_PW_MAX_LENGTH: '300' }
    expect(await reasonOf('é'.repeat(257), {}, longer)).toBeUndefined()
  })
})

describe('PASSWORD_BLOCKLIST', () => {
  const on = { PASSWORD_BLOCKLIST: 'on', APP_NAME: 'bookshop' }

  it('PW-06: refuses the 3,000 most common passwords, in any case', async () => {
    const common = [...(await loadCommonPasswords())].slice(0, 3_000)
    for (const password of common) {
      expect(await reasonOf(password.toUpperCase(), {}, on)).toBe('PasswordTooCommon')
    }
    expect(await reasonOf(`${common[0]} and more`, {}, on)).toBeUndefined()
  })

  it('PW-07: refuses names of the user and of the app, with digits or without', async () => {
    const fields = { username: 'Chancellor', email: 'amy.lastname@example.com' }
    const names = ['chancellor', 'amy.lastname', 'AMY.LASTNAME@example.com', 'bookshop']
    for (const name of names) {
      for (const password of [name, `${name}1990`, `12${name}`]) {
        expect(await reasonOf(password, fields, on)).toBe('PasswordTooCommon')
      }
      expect(await reasonOf(`${name} and more`, fields, on)).toBeUndefined()
    }
  })

  it('has nothing against digits alone because a name is of digits', async () => {
    expect(await reasonOf('8306154972', { username: '85201234' }, on)).toBeUndefined()
    expect(await reasonOf('85201234', { username: '85201234' }, on)).toBe('PasswordTooCommon')
  })

  it('refuses what the service of breached passwords knows', async () => {
    const breached = { has: async (password: string) => password === 'known elsewhere' }
    const policy = createPasswordPolicy(loadSettings({}), breached)

    await expect(policy.check('known elsewhere', {})).rejects.toMatchObject({
      info: { reason: 'PasswordTooCommon' },
    })
    await expect(policy.check('known to nobody', {})).resolves.toBeUndefined()
  })
})

describe('PASSWORD_BLOCKLIST=off', () => {
  it('lets common passwords pass', async () => {
    expect(await reasonOf('password1', {}, { PASSWORD_BLOCKLIST: 'off' })).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_MIN_LENGTH', () => {
  it('counts the bytes of UTF-8', async () => {
    expect(await reasonOf('ééé', {}, { USER_AUDIT_PW_MIN_LENGTH: '6' })).toBeUndefined()
    expect(await reasonOf('ééé', {}, { USER_AUDIT_PW_MIN_LENGTH: '7' })).toBe('PasswordTooShort')
  })

  it('lets any length pass with 0', async () => {
    expect(await reasonOf('x', {})).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_UPPERCASE_REQUIRED', () => {
  it('wants a letter A to Z', async () => {
    const settings = { USER_AUDIT_PW_UPPERCASE_REQUIRED: 'yes' }

    expect(await reasonOf('xyz', {}, settings)).toBe('PasswordUppercaseRequired')
    expect(await reasonOf('xyZ', {}, settings)).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_LOWERCASE_REQUIRED', () => {
  it('wants a letter a to z', async () => {
    const settings = { USER_AUDIT_PW_LOWERCASE_REQUIRED: 'true' }

    expect(await reasonOf('XYZ', {}, settings)).toBe('PasswordLowercaseRequired')
    expect(await reasonOf('XYz', {}, settings)).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_DIGIT_REQUIRED', () => {
  it('wants a digit', async () => {
    const settings = { USER_AUDIT_PW_DIGIT_REQUIRED: '1' }

    expect(await reasonOf('xyz', {}, settings)).toBe('PasswordDigitRequired')
    expect(await reasonOf('xy1', {}, settings)).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_SYMBOL_REQUIRED', () => {
  it('wants a character that is neither letter nor digit', async () => {
    const settings = { USER_AUDIT_PW_SYMBOL_REQUIRED: 'y' }

    expect(await reasonOf('Xyz1', {}, settings)).toBe('PasswordSymbolRequired')
    expect(await reasonOf('Xyz 1', {}, settings)).toBeUndefined()
    expect(await reasonOf('Xyzé1', {}, settings)).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_EXCLUDED_KEYWORDS', () => {
  it('refuses the words within a password, in any case', async () => {
    const settings = { USER_AUDIT_PW_EXCLUDED_KEYWORDS: 'Acme, gadget' }

    expect(await reasonOf('my ACME account', {}, settings)).toBe(
      'PasswordContainingExcludedKeywords',
    )
    expect(await reasonOf('inspector-gadget', {}, settings)).toBe(
      'PasswordContainingExcludedKeywords',
    )
    expect(await reasonOf('something else', {}, settings)).toBeUndefined()
  })
})

describe('USER_AUDIT_PW_EXCLUDED_FIELDS', () => {
  const settings = { USER_AUDIT_PW_EXCLUDED_FIELDS: 'username,nickname' }

  it('refuses what stands in these fields of the user', async () => {
    const user = { username: 'Amelia', city: 'Berlin' }

    expect(await reasonOf('amelia1990', user, settings)).toBe('PasswordContainingExcludedKeywords')
    expect(await reasonOf('berlin1990', user, settings)).toBeUndefined()
  })

  it('excludes nothing by a field that is empty, missing or no text', async () => {
    expect(await reasonOf('secret 42', { username: '', nickname: 42 }, settings)).toBeUndefined()
  })

  it('holds at sign-up for what the user gives', async () => {
    const server = await startTestServer(settings)
    onTestFinished(server.close)

    const answer = await server.call('auth:signup', {
      auth_data: { email: 'amy@example.com' },
      profile: { nickname: 'amybelle' },
      password: 'amybelle1990',
    })

    expect(answer.error?.info).toEqual({ reason: 'PasswordContainingExcludedKeywords' })
  })

  it('holds at a password change for what the user has', async () => {
    const server = await startTestServer(settings)
    onTestFinished(server.close)
    const { access_token: token } = await server.signUp('amybelle')
    const body = { old_password: 'correct horse battery', password: 'AMYBELLE-1990' }

    const answer = await server.call('auth:password', body, { token })

    expect(answer.error?.info).toEqual({ reason: 'PasswordContainingExcludedKeywords' })
  })
})

describe('USER_AUDIT_PW_MIN_GUESSABLE_LEVEL', () => {
  const settings = { USER_AUDIT_PW_MIN_GUESSABLE_LEVEL: '4' }

  it('refuses what is easy to guess', async () => {
    const policy = createPasswordPolicy(loadSettings({ ...nothing, ...settings }))

    await expect(policy.check('abc123', {})).rejects.toMatchObject({
      info: { reason: 'PasswordBelowGuessableLevel', min_level: 4, pw_level: 1 },
    })
    await expect(policy.check('vexing-9-plumbers-orbit', {})).resolves.toBeUndefined()
  })

  it('counts what stands in the record of the user as known', async () => {
    const user = { nickname: 'zyxwarbler', city: 'quuxville' }

    expect(await reasonOf('zyxwarblerquuxville', {}, settings)).toBeUndefined()
    expect(await reasonOf('zyxwarblerquuxville', user, settings)).toBe(
      'PasswordBelowGuessableLevel',
    )
  })

  it('IN-17: is judged at once for a password of any length', async () => {
    const start = performance.now()

    await reasonOf('a1'.repeat(128), {}, settings)

    expect(performance.now() - start).toBeLessThan(5_000)
  })
})

describe('the rules', () => {
  it('are checked in their order, and the first broken one is told', async () => {
    const settings = {
      USER_AUDIT_PW_MIN_LENGTH: '3',
      USER_AUDIT_PW_UPPERCASE_REQUIRED: 'yes',
      USER_AUDIT_PW_LOWERCASE_REQUIRED: 'yes',
      USER_AUDIT_PW_DIGIT_REQUIRED: 'yes',
      USER_AUDIT_PW_SYMBOL_REQUIRED: 'yes',
      USER_AUDIT_PW_EXCLUDED_KEYWORDS: 'acme',
    }

    const passwords = ['', '...', 'A..', 'Aa.', 'Aa1', 'Acme1.']
    const reasons = await Promise.all(passwords.map((one) => reasonOf(one, {}, settings)))

    expect(reasons).toEqual([
      'PasswordTooShort',
      'PasswordUppercaseRequired',
      'PasswordLowercaseRequired',
      'PasswordDigitRequired',
      'PasswordSymbolRequired',
      'PasswordContainingExcludedKeywords',
    ])
  })
})

describe('USER_AUDIT_PW_EXPIRY_DAYS', () => {
  it('refuses everything but a password change once the days are over', async () => {
    const server = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(server.close)
    const { access_token: token } = await server.signUp('amy')
    await server.sql(
      'update account set password_changed_at = ?',
      Date.now() - 30 * 86_400_000 - 1_000,
    )

    const answers = [
      await server.call('me', {}, { token }),
      await server.call('record:save', { records: [{ _id: 'note/1' }] }, { token }),
    ]

    for (const { status, error } of answers) {
      expect(status).toBe(401)
      expect(error).toEqual({
        name: 'PasswordPolicyViolated',
        code: 126,
        message: 'password expired',
        info: { reason: 'PasswordExpired' },
      })
    }
  })

  it('refuses nothing before', async () => {
    const server = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(server.close)
    const { access_token: token } = await server.signUp('amy')
    await server.sql('update account set password_changed_at = ?', Date.now() - 29 * 86_400_000)

    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('is over with a password change', async () => {
    const server = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(server.close)
    const { access_token: token } = await server.signUp('amy')
    await server.sql('update account set password_changed_at = 0')
    const body = { old_password: 'correct horse battery', password: 'staple in the barn' }

    const changed = await server.call('auth:password', body, { token })

    expect(changed.status).toBe(200)
    expect((await server.call('me', {}, { token })).status).toBe(200)
  })

  it('lets the user log in', async () => {
    const server = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(server.close)
    await server.signUp('amy')
    await server.sql('update account set password_changed_at = 0')
    const body = { auth_data: { username: 'amy' }, password: 'correct horse battery' }

    expect((await server.call('auth:login', body)).status).toBe(200)
  })

  it('does not hold for users without a password', async () => {
    const server = await startTestServer({ USER_AUDIT_PW_EXPIRY_DAYS: '30' })
    onTestFinished(server.close)
    const { result } = await server.call('auth:signup')
    await server.sql('update account set last_login_at = 0, last_seen_at = 0')

    expect((await server.call('me', {}, { token: result.access_token })).status).toBe(200)
  })
})

/** The reason for which a password is refused; undefined when it is not. */
async function reasonOf(
  password: string,
  userFields: Record<string, unknown>,
  settings: Record<string, string> = {},
): Promise<unknown> {
  const policy = createPasswordPolicy(loadSettings({ ...nothing, ...settings }))
  try {
    await policy.check(password, userFields)
    return undefined
  } catch (error) {
    return (error as { info?: { reason?: unknown } }).info?.reason
  }
}
