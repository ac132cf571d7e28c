import { describe, expect, it } from 'vitest'
import { findUnservedSettings, loadSettings, SettingsError } from './settings.ts'

describe('settings', () => {
  it('have their defaults when nothing is set', () => {
    expect(loadSettings({})).toMatchObject({
      host: { address: '127.0.0.1', port: undefined },
      port: 3000,
      dataDirectory: './data',
      databaseUrl: '',
      appName: 'myapp',
      apiKey: '',
      masterKey: '',
      tokenStore: 'opaque',
      tokenSecret: '',
      tokenExpirySeconds: 0,
      sessionIdleDays: 90,
      corsHost: ['*'],
      authRecordKeys: [['username'], ['email']],
      schema: 'open',
      passwordMinLength: 8,
      passwordMaxLength: 256,
      passwordUppercaseRequired: false,
      passwordLowercaseRequired: false,
      passwordDigitRequired: false,
      passwordSymbolRequired: false,
      passwordMinGuessableLevel: 0,
      passwordExcludedKeywords: [],
      passwordExcludedFields: [],
      passwordHistorySize: 0,
      passwordHistoryDays: 0,
      passwordExpiryDays: 0,
      passwordBlocklist: true,
      breachedPasswordsUrl: '',
      publicUrl: '',
      smtpUrl: '',
      mailFrom: '',
      templatesDirectory: '',
      resetCodeSeconds: 43_200,
      verifyKeys: ['email'],
      verifyCodeFormat: 'numeric',
      verifyCodeSeconds: 86_400,
      verifyCriteria: 'any',
      verifyAutoUpdate: true,
      verifyRequired: false,
      welcomeMail: false,
      enumeration: 'compat',
      rateLimit: true,
      logLevel: 'info',
    })
  })

  it('have their defaults when they are empty', () => {
    expect(loadSettings({ PORT: '', TOKEN_STORE: '', CORS_HOST: '' })).toEqual(loadSettings({}))
  })

  it('do not look at other variables', () => {
    expect(loadSettings({ HOME: '/root', NODE_ENV: 'x' })).toEqual(loadSettings({}))
  })
})

describe('HOST', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0', undefined],
    ['localhost', 'localhost', undefined],
    ['localhost:8080', 'localhost', 8080],
    ['127.0.0.1:80', '127.0.0.1', 80],
    [':3000', '::', 3000],
    ['[::1]', '::1', undefined],
    ['[::1]:3000', '::1', 3000],
    ['[::]:3000', '::', 3000],
  ])('can be %s', (value, address, port) => {
    expect(loadSettings({ HOST: value }).host).toEqual({ address, port })
  })

  it.each(['::', '::1', 'fe80::1'])('can be an address of IPv6 without brackets: %s', (value) => {
    expect(loadSettings({ HOST: value }).host).toEqual({ address: value, port: undefined })
  })

  it.each(['localhost:99999', 'localhost:x', 'http://localhost:3000', 'a:1:2', '[::1'])(
    'cannot be %s',
    (value) => {
      expect(messageOf({ HOST: value })).toBe(
        `HOST must be an address, or address:port, but is "${value}".`,
      )
    },
  )
})

describe('numbers', () => {
  it.each([
    ['PORT', '0', 'port', 0],
    ['PORT', '65535', 'port', 65_535],
    ['TOKEN_STORE_EXPIRY', '3600', 'tokenExpirySeconds', 3_600],
    ['SESSION_IDLE_DAYS', '0', 'sessionIdleDays', 0],
    ['USER_AUDIT_PW_MIN_LENGTH', '12', 'passwordMinLength', 12],
    ['USER_AUDIT_PW_MIN_GUESSABLE_LEVEL', '5', 'passwordMinGuessableLevel', 5],
    ['USER_AUDIT_PW_HISTORY_SIZE', '10', 'passwordHistorySize', 10],
    ['USER_AUDIT_PW_HISTORY_DAYS', '365', 'passwordHistoryDays', 365],
    ['USER_AUDIT_PW_EXPIRY_DAYS', '90', 'passwordExpiryDays', 90],
  ] as const)('%s can be %s', (variable, value, name, number) => {
    expect(loadSettings({ [variable]: value })[name]).toBe(number)
  })

  it.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '80a', 'a whole number from 0 to 65535'],
    ['PORT', '1e3', 'a whole number from 0 to 65535'],
    ['PORT', ' ', 'a whole number from 0 to 65535'],
    ['TOKEN_STORE_EXPIRY', '1h', 'a whole number from 0 to 1000000000'],
    ['SESSION_IDLE_DAYS', '1.5', 'a whole number from 0 to 36500'],
    ['USER_AUDIT_PW_MIN_LENGTH', '1001', 'a whole number from 0 to 1000'],
    ['USER_AUDIT_PW_MIN_GUESSABLE_LEVEL', '6', 'a whole number from 0 to 5'],
    ['USER_AUDIT_PW_HISTORY_SIZE', 'x', 'a whole number from 0 to 1000'],
    ['USER_AUDIT_PW_HISTORY_DAYS', 'x', 'a whole number from 0 to 36500'],
    ['USER_AUDIT_PW_EXPIRY_DAYS', 'x', 'a whole number from 0 to 36500'],
  ])('%s cannot be %j', (variable, value, rule) => {
    expect(messageOf({ [variable]: value })).toBe(`${variable} must be ${rule}, but is "${value}".`)
  })
})

describe('switches', () => {
  it.each(['yes', 'y', 'true', '1', 'on', 'YES', 'True'])('are on with %s', (value) => {
    const settings = loadSettings({
      USER_AUDIT_PW_UPPERCASE_REQUIRED: value,
      USER_AUDIT_PW_LOWERCASE_REQUIRED: value,
      USER_AUDIT_PW_DIGIT_REQUIRED: value,
      USER_AUDIT_PW_SYMBOL_REQUIRED: value,
      PASSWORD_BLOCKLIST: value,
    })

    expect(settings).toMatchObject({
      passwordUppercaseRequired: true,
      passwordLowercaseRequired: true,
      passwordDigitRequired: true,
      passwordSymbolRequired: true,
      passwordBlocklist: true,
    })
  })

  it.each(['no', 'n', 'false', '0', 'off', 'NO'])('are off with %s', (value) => {
    expect(loadSettings({ PASSWORD_BLOCKLIST: value }).passwordBlocklist).toBe(false)
  })

  it('cannot be anything else', () => {
    expect(messageOf({ PASSWORD_BLOCKLIST: 'maybe' })).toBe(
      'PASSWORD_BLOCKLIST must be yes or no, but is "maybe".',
    )
  })
})

describe('TOKEN_STORE', () => {
  it.each([
    ['opaque', 'opaque'],
    ['fs', 'opaque'],
    ['redis', 'opaque'],
    ['jwt', 'jwt'],
    ['JWT', 'jwt'],
  ])('%s means %s', (value, kind) => {
    expect(loadSettings({ TOKEN_STORE: value }).tokenStore).toBe(kind)
  })

  it('cannot be anything else', () => {
    expect(messageOf({ TOKEN_STORE: 'memory' })).toBe(
      'TOKEN_STORE must be one of opaque, fs, redis, jwt, but is "memory".',
    )
  })
})

describe('SCHEMA and DEV_MODE', () => {
  it('SCHEMA is open or frozen', () => {
    expect(loadSettings({ SCHEMA: 'open' }).schema).toBe('open')
    expect(loadSettings({ SCHEMA: 'frozen' }).schema).toBe('frozen')
    expect(messageOf({ SCHEMA: 'closed' })).toContain('SCHEMA must be one of open, frozen')
  })

  it.each(['NO', 'no', 'false', '0'])('DEV_MODE=%s freezes the schema', (value) => {
    expect(loadSettings({ DEV_MODE: value }).schema).toBe('frozen')
  })

  it.each(['YES', 'true', '1', ''])('DEV_MODE=%s leaves it open', (value) => {
    expect(loadSettings({ DEV_MODE: value }).schema).toBe('open')
  })

  it('SCHEMA counts before DEV_MODE', () => {
    expect(loadSettings({ DEV_MODE: 'NO', SCHEMA: 'open' }).schema).toBe('open')
  })

  it('DEV_MODE cannot be anything else', () => {
    expect(messageOf({ DEV_MODE: 'maybe' })).toBe('DEV_MODE must be yes or no, but is "maybe".')
  })
})

describe('LOG_LEVEL', () => {
  it.each([
    ['trace', 'trace'],
    ['DEBUG', 'debug'],
    ['warning', 'warn'],
    ['panic', 'fatal'],
    ['silent', 'silent'],
  ])('%s means %s', (value, level) => {
    expect(loadSettings({ LOG_LEVEL: value }).logLevel).toBe(level)
  })

  it('cannot be anything else', () => {
    expect(messageOf({ LOG_LEVEL: 'loud' })).toContain('LOG_LEVEL must be one of silent, fatal')
  })
})

describe('AUTH_RECORD_KEYS', () => {
  it.each([
    ['username,email', [['username'], ['email']]],
    ['email', [['email']]],
    ['(username),(email,phone)', [['username'], ['email', 'phone']]],
    ['username, (email, phone)', [['username'], ['email', 'phone']]],
    ['(a,b)', [['a', 'b']]],
  ])('can be %s', (value, groups) => {
    expect(loadSettings({ AUTH_RECORD_KEYS: value }).authRecordKeys).toEqual(groups)
  })

  it.each([',', '()', '(username),()', '_id', 'user name', "a'b", '5'])('cannot be %s', (value) => {
    expect(messageOf({ AUTH_RECORD_KEYS: value })).toBe(
      `AUTH_RECORD_KEYS must be field names, or groups of them in brackets, but is "${value}".`,
    )
  })

  it.each(['username,username', '(a,b),(a,b)', '(a,a)'])(
    'cannot name a group twice: %s',
    (value) => {
      expect(messageOf({ AUTH_RECORD_KEYS: value })).toMatch(/^AUTH_RECORD_KEYS must be/)
    },
  )
})

describe('lists', () => {
  it.each([
    ['CORS_HOST', 'corsHost'],
    ['USER_AUDIT_PW_EXCLUDED_KEYWORDS', 'passwordExcludedKeywords'],
    ['USER_AUDIT_PW_EXCLUDED_FIELDS', 'passwordExcludedFields'],
  ] as const)('%s is separated by commas', (variable, name) => {
    expect(loadSettings({ [variable]: ' a, b ,,c' })[name]).toEqual(['a', 'b', 'c'])
  })
})

describe('DATABASE_URL', () => {
  it('can be a file for SQLite', () => {
    expect(loadSettings({ DATABASE_URL: 'sqlite:/tmp/x.db' }).databaseUrl).toBe('sqlite:/tmp/x.db')
  })

  it('cannot be another database', () => {
    expect(messageOf({ DATABASE_URL: 'mysql://db/x' })).toMatch(/^DATABASE_URL must be sqlite:PATH/)
  })

  it('is not repeated, since it may hold a password', () => {
    expect(messageOf({ DATABASE_URL: 'mysql://user:s3cret@db/x' })).not.toContain('s3cret')
  })

  it.each(['sqlite:', 'sqlite::memory:'])('cannot be %s, which forgets everything', (value) => {
    expect(messageOf({ DATABASE_URL: value })).toMatch(/^DATABASE_URL must be/)
  })
})

describe('other texts', () => {
  it('DATA_DIR is a path', () => {
    expect(loadSettings({ DATA_DIR: '/var/lib/x' }).dataDirectory).toBe('/var/lib/x')
    expect(messageOf({ DATA_DIR: '  ' })).toBe('DATA_DIR must be a path, but is "  ".')
  })

  it('APP_NAME is letters, digits and underscores', () => {
    expect(loadSettings({ APP_NAME: 'my_app_2' }).appName).toBe('my_app_2')
    expect(messageOf({ APP_NAME: 'my app' })).toBe(
      'APP_NAME must be letters, digits and underscores, but is "my app".',
    )
  })
})

describe('keys', () => {
  it('are taken as they are', () => {
    const settings = loadSettings({ API_KEY: 'a', MASTER_KEY: 'b', TOKEN_STORE_SECRET: 'c' })

    expect(settings).toMatchObject({ apiKey: 'a', masterKey: 'b', tokenSecret: 'c' })
  })

  it('KY-08: are refused when the API key is the master key, without being repeated', () => {
    const message = messageOf({ API_KEY: 's3cret', MASTER_KEY: 's3cret' })

    expect(message).toMatch(/^API_KEY and MASTER_KEY must differ/)
    expect(message).not.toContain('s3cret')
  })

  it.each([
    ['TOKEN_STORE_SECRET', 'MASTER_KEY'],
    ['CUSTOM_TOKEN_SECRET', 'MASTER_KEY'],
    ['TOKEN_STORE_SECRET', 'API_KEY'],
    ['CUSTOM_TOKEN_SECRET', 'API_KEY'],
    ['TOKEN_STORE_SECRET', 'CUSTOM_TOKEN_SECRET'],
  ])('KY-08, JW-09: are refused when %s is the %s', (one, other) => {
    const message = messageOf({ [one]: 's3cret', [other]: 's3cret' })

    expect(message).toContain(`${one} and ${other} must differ`)
    expect(message).not.toContain('s3cret')
  })
})

describe('settings of the original server that have no meaning', () => {
  it('are named', () => {
    const environment = { DB_IMPL_NAME: 'pq', APNS_ENABLE: 'YES', ASSET_STORE: 's3', PORT: '1' }

    expect(findUnservedSettings(environment)).toEqual([
      'DB_IMPL_NAME',
      'APNS_ENABLE',
      'ASSET_STORE',
    ])
  })

  it.each(['ASSET_STORE_S3_BUCKET', 'ASSET_STORE_PATH', 'TOKEN_STORE_PATH', 'FCM_SERVER_KEY'])(
    'are named one by one: %s',
    (name) => {
      expect(findUnservedSettings({ [name]: 'x' })).toEqual([name])
    },
  )

  it('are not those that do have a meaning', () => {
    expect(findUnservedSettings({ TOKEN_STORE: 'fs', DEV_MODE: 'NO', HOME: '/' })).toEqual([])
  })
})

/** The one line with which an environment is refused. */
function messageOf(environment: Record<string, string>): string {
  try {
    loadSettings(environment)
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError)
    const { message } = error as SettingsError
    expect(message).not.toContain('\n')
    return message
  }
  throw new Error('The settings were accepted.')
}

describe('settings of mail', () => {
  const mail = {
    SMTP_URL: 'smtp://user:s3cret@mail.example.com:587',
    MAIL_FROM: 'Example <no-reply@example.com>',
    PUBLIC_URL: 'https://auth.example.com/',
  }

  it('can be given', () => {
    expect(loadSettings(mail)).toMatchObject({
      smtpUrl: mail.SMTP_URL,
      mailFrom: mail.MAIL_FROM,
      publicUrl: 'https://auth.example.com',
    })
  })

  it.each(['MAIL_FROM', 'PUBLIC_URL'])('need %s', (name) => {
    expect(messageOf({ ...mail, [name]: '' })).toBe(
      'SMTP_URL needs MAIL_FROM and PUBLIC_URL to be set too.',
    )
  })

  it.each([
    ['PUBLIC_URL', 'auth.example.com'],
    ['PUBLIC_URL', 'ftp://auth.example.com'],
    ['PUBLIC_URL', 'https://user:pass@auth.example.com'],
    ['PUBLIC_URL', 'https://auth.example.com/?x=1'],
    ['MAIL_FROM', 'nobody'],
    ['MAIL_FROM', 'a@b, c@d'],
    ['MAIL_FROM', 'Name <a@b> <c@d>'],
    ['VERIFY_KEYS', 'email,no-field'],
    ['VERIFY_CRITERIA', 'a b'],
    ['FORGOT_PASSWORD_RESET_URL_LIFETIME', '1'],
    ['FORGOT_PASSWORD_SUCCESS_REDIRECT', 'example.com'],
    ['FORGOT_PASSWORD_SUCCESS_REDIRECT', 'javascript://example.com/%0aalert(1)'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
  ])('%s cannot be %j', (name, value) => {
    expect(messageOf({ ...mail, [name]: value })).toMatch(new RegExp(`^${name} must be `))
  })

  it('keep the password of the mail server out of messages', () => {
    expect(messageOf({ SMTP_URL: 'http://user:s3cret@mail.example.com' })).not.toContain('s3cret')
  })
})

describe('VERIFY_CRITERIA', () => {
  it('can be any, all or a list', () => {
    expect(loadSettings({ VERIFY_CRITERIA: 'all' }).verifyCriteria).toBe('all')
    expect(loadSettings({ VERIFY_CRITERIA: 'email, phone' }).verifyCriteria).toEqual([
      'email',
      'phone',
    ])
  })
})

describe('TRUSTED_PROXIES', () => {
  it('can be addresses and networks', () => {
    const { trustedProxies } = loadSettings({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8, ::1' })

    expect(trustedProxies.check('10.1.2.3')).toBe(true)
    expect(trustedProxies.check('::1', 'ipv6')).toBe(true)
    expect(trustedProxies.check('192.0.2.1')).toBe(false)
  })
})
