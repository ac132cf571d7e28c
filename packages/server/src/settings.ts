import { BlockList, isIP } from 'node:net'

/** A setting that cannot be used; the message is one line that says what to do. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

interface Setting<T> {
  /** The environment variable. */
  variable: string
  /** As the variable would be written. */
  fallback: string
  summary: string
  /** Throws a plain Error whose message completes "VARIABLE must be …". */
  parse(text: string): T
  /** Never printed. */
  secret?: true
}

/**
 * Every setting. Names and forms that the original Skygear server had are kept, so that the
 * environment of an existing deployment works.
 */
export const settingsTable = {
  host: row({
    variable: 'HOST',
    fallback: '127.0.0.1',
    summary:
      'Address to listen on, with or without a port. `0.0.0.0` or `:3000` is every address of the machine.',
    parse: hostAndPort,
  }),
  port: row({
    variable: 'PORT',
    fallback: '3000',
    summary: 'Port to listen on; a port in `HOST` wins. 0 takes any free one.',
    parse: wholeNumber(0, 65_535),
  }),
  dataDirectory: row({
    variable: 'DATA_DIR',
    fallback: './data',
    summary: 'Folder of the database and of the keys that are made on first start.',
    parse: nonEmpty,
  }),
  databaseUrl: row({
    variable: 'DATABASE_URL',
    fallback: '',
    summary:
      'Where the database is: `sqlite:PATH`, or `postgres://user:password@host/name`. Empty: `skygear.db` in `DATA_DIR`.',
    secret: true,
    parse: databaseUrl,
  }),
  appName: row({
    variable: 'APP_NAME',
    fallback: 'myapp',
    summary: 'Name of the app: letters, digits and underscores. It is the issuer of JWT tokens.',
    parse: matching(/^[A-Za-z0-9_]+$/, 'letters, digits and underscores'),
  }),
  apiKey: row({
    variable: 'API_KEY',
    fallback: '',
    summary: 'The key that apps carry. Empty: one is made on first start.',
    parse: text,
    secret: true,
  }),
  masterKey: row({
    variable: 'MASTER_KEY',
    fallback: '',
    summary: 'The key that may do everything; for servers only. Empty: one is made on first start.',
    parse: text,
    secret: true,
  }),
  tokenStore: row({
    variable: 'TOKEN_STORE',
    fallback: 'opaque',
    summary:
      'Kind of access tokens: `opaque` (looked up, revocable one by one) or `jwt` (signed; all end when the password changes). `fs` and `redis` mean `opaque`.',
    parse: oneOf({ opaque: 'opaque', fs: 'opaque', redis: 'opaque', jwt: 'jwt' }),
  }),
  tokenSecret: row({
    variable: 'TOKEN_STORE_SECRET',
    fallback: '',
    summary: 'Secret that signs JWT tokens. Empty: one is made on first start.',
    parse: text,
    secret: true,
  }),
  customTokenSecret: row({
    variable: 'CUSTOM_TOKEN_SECRET',
    fallback: '',
    summary:
      "Secret with which the app's own server signs tokens for users who logged in there. Empty: such log-ins are off.",
    parse: text,
    secret: true,
  }),
  tokenExpirySeconds: row({
    variable: 'TOKEN_STORE_EXPIRY',
    fallback: '0',
    summary: 'Seconds after which an access token ends, used or not. 0: never.',
    parse: wholeNumber(0, 1_000_000_000),
  }),
  sessionIdleDays: row({
    variable: 'SESSION_IDLE_DAYS',
    fallback: '90',
    summary:
      'Days without use after which an opaque token ends. Tokens of users without a password are spared, since the token is their account. 0: never.',
    parse: wholeNumber(0, 36_500),
  }),
  corsHost: row({
    variable: 'CORS_HOST',
    fallback: '*',
    summary: 'Web origins that may call the server: `*`, or origins separated by commas.',
    parse: list,
  }),
  authRecordKeys: row({
    variable: 'AUTH_RECORD_KEYS',
    fallback: 'username,email',
    summary:
      'What identifies a user at log-in: fields of the user record, or groups in brackets, such as `(username),(email,phone)`.',
    parse: authRecordKeys,
  }),
  schema: row({
    variable: 'SCHEMA',
    fallback: 'open',
    summary:
      '`open`: saving creates new record types and fields. `frozen`: only the master key does.',
    parse: oneOf({ open: 'open', frozen: 'frozen' }),
  }),
  recordQueryLimit: row({
    variable: 'RECORD_QUERY_LIMIT',
    fallback: '10000',
    summary:
      'Records that one query gives at most. An answer that is cut says so: `info.limit` is this number.',
    parse: wholeNumber(1, 1_000_000),
  }),
  passwordMinLength: row({
    variable: 'USER_AUDIT_PW_MIN_LENGTH',
    fallback: '8',
    summary: 'Least length of a new password, in UTF-8 bytes.',
    parse: wholeNumber(0, 1_000),
  }),
  passwordMaxLength: row({
    variable: 'USER_AUDIT_PW_MAX_LENGTH',
    fallback: '256',
    // NIST SP 800-63B, 3.1.1.2 wants 64 or more to be allowed.
    summary: 'Greatest length of a new password, in characters.',
    parse: wholeNumber(64, 1_000_000),
  }),
  passwordUppercaseRequired: requirement('UPPERCASE', 'an upper-case letter A–Z'),
  passwordLowercaseRequired: requirement('LOWERCASE', 'a lower-case letter a–z'),
  passwordDigitRequired: requirement('DIGIT', 'a digit'),
  passwordSymbolRequired: requirement('SYMBOL', 'any other character'),
  passwordMinGuessableLevel: row({
    variable: 'USER_AUDIT_PW_MIN_GUESSABLE_LEVEL',
    fallback: '0',
    summary: 'Least strength of a new password from 1 to 5, as zxcvbn estimates it. 0: any.',
    parse: wholeNumber(0, 5),
  }),
  passwordExcludedKeywords: row({
    variable: 'USER_AUDIT_PW_EXCLUDED_KEYWORDS',
    fallback: '',
    summary: 'Words, separated by commas, that a new password must not contain in any case.',
    parse: list,
  }),
  passwordExcludedFields: row({
    variable: 'USER_AUDIT_PW_EXCLUDED_FIELDS',
    fallback: '',
    summary: 'Fields of the user record whose values a new password must not contain.',
    parse: list,
  }),
  passwordHistorySize: row({
    variable: 'USER_AUDIT_PW_HISTORY_SIZE',
    fallback: '0',
    summary: 'How many of the last passwords cannot be set again.',
    parse: wholeNumber(0, 1_000),
  }),
  passwordHistoryDays: row({
    variable: 'USER_AUDIT_PW_HISTORY_DAYS',
    fallback: '0',
    summary: 'Passwords set in the last so many days cannot be set again.',
    parse: wholeNumber(0, 36_500),
  }),
  passwordExpiryDays: row({
    variable: 'USER_AUDIT_PW_EXPIRY_DAYS',
    fallback: '0',
    summary: 'Days after which a password must be changed before anything else works. 0: never.',
    parse: wholeNumber(0, 36_500),
  }),
  passwordBlocklist: row({
    variable: 'PASSWORD_BLOCKLIST',
    fallback: 'on',
    summary: 'Refuse the most common passwords.',
    parse: flag,
  }),
  breachedPasswordsUrl: row({
    variable: 'BREACHED_PASSWORDS_URL',
    fallback: '',
    summary:
      'Service that is asked whether a new password was in a breach, such as `https://api.pwnedpasswords.com/range`: it gets the first 5 characters of the SHA-1 hash. A password passes when it does not answer within a second. Empty: nobody is asked.',
    parse: httpUrl,
  }),
  publicUrl: row({
    variable: 'PUBLIC_URL',
    fallback: '',
    summary:
      'Address under which users reach this server, such as `https://auth.example.com`: links in mails begin with it. Needed for `SMTP_URL`.',
    parse: httpUrl,
  }),
  smtpUrl: row({
    variable: 'SMTP_URL',
    fallback: '',
    summary:
      'The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte; `?requireTLS=true` refuses to send without. Empty: no mail is sent.',
    parse: smtpUrl,
    secret: true,
  }),
  mailFrom: row({
    variable: 'MAIL_FROM',
    fallback: '',
    summary:
      'Sender of mails: an address, or a name and an address such as `Example <no-reply@example.com>`. Needed for `SMTP_URL`.',
    parse: mailFrom,
  }),
  templatesDirectory: row({
    variable: 'TEMPLATES_DIR',
    fallback: '',
    summary:
      "Folder with mails, pages and texts that replace those of the same names in the package's folder `templates`.",
    parse: text,
  }),
  resetCodeSeconds: row({
    variable: 'FORGOT_PASSWORD_RESET_URL_LIFETIME',
    fallback: '43200',
    summary: 'Seconds for which the link to reset a password works.',
    parse: wholeNumber(60, 604_800),
  }),
  resetDoneUrl: row({
    variable: 'FORGOT_PASSWORD_SUCCESS_REDIRECT',
    fallback: '',
    summary:
      'Address of the app, such as `https://example.com/login`, to which the page leads back once the new password is set. Empty: it does not.',
    parse: appUrl,
  }),
  verifyKeys: row({
    variable: 'VERIFY_KEYS',
    fallback: 'email',
    summary: 'Fields of the user record with e-mail addresses that users can verify.',
    parse: fieldNames,
  }),
  verifyCodeFormat: row({
    variable: 'VERIFY_KEYS_EMAIL_CODE_FORMAT',
    fallback: 'numeric',
    summary:
      'Codes to verify an address: `numeric` (6 digits) or `complex` (8 letters and digits).',
    parse: oneOf<'numeric' | 'complex'>({ numeric: 'numeric', complex: 'complex' }),
  }),
  verifyCodeSeconds: row({
    variable: 'VERIFY_KEYS_EMAIL_EXPIRY',
    fallback: '86400',
    summary: 'Seconds for which a code to verify an address works. 0: until there is a newer one.',
    parse: wholeNumber(0, 1_000_000_000),
  }),
  verifyCriteria: row({
    variable: 'VERIFY_CRITERIA',
    fallback: 'any',
    summary:
      'What makes a user verified: `any` of `VERIFY_KEYS`, `all` of them, or a list of those that must be.',
    parse: verifyCriteria,
  }),
  verifyAutoUpdate: row({
    variable: 'VERIFY_AUTO_UPDATE',
    fallback: 'yes',
    summary:
      'Keep the field `is_verified` up to date by `VERIFY_CRITERIA`. `no`: only the master key sets it.',
    parse: flag,
  }),
  verifyRequired: row({
    variable: 'VERIFY_REQUIRED',
    fallback: 'no',
    summary:
      'Whether users whose `is_verified` is not true are kept from records, `me` and password changes.',
    parse: flag,
  }),
  welcomeMail: row({
    variable: 'WELCOME_EMAIL_ENABLED',
    fallback: 'no',
    summary: 'Send a mail to users who sign up with an e-mail address.',
    parse: flag,
  }),
  enumeration: row({
    variable: 'ENUMERATION',
    fallback: 'compat',
    summary:
      'Whether answers tell who has an account: `compat` (log-in says that there is no such user, and sign-up that an address is taken, as the original did, a few times for each network) or `strict` (neither is said).',
    parse: oneOf<'compat' | 'strict'>({ compat: 'compat', strict: 'strict' }),
  }),
  auditEnabled: row({
    variable: 'USER_AUDIT_ENABLED',
    fallback: 'yes',
    summary:
      'Keep an audit trail in the database: every log-in, failed log-in and change of names, passwords, roles and sessions. `skygear-server audit list` shows it.',
    parse: flag,
  }),
  auditDays: row({
    variable: 'USER_AUDIT_DAYS',
    fallback: '365',
    summary: 'Days after which the audit trail forgets; 0: never.',
    parse: wholeNumber(0, 36_500),
  }),
  auditHandlerUrl: row({
    variable: 'USER_AUDIT_TRAIL_HANDLER_URL',
    fallback: '',
    summary:
      'Where the audit trail goes besides, as lines of JSON: `file:///path`, or `https://host/path` for POST requests. The `fluentd://` of the original is not served.',
    parse: auditHandlerUrl,
    secret: true,
  }),
  rateLimit: row({
    variable: 'RATE_LIMIT',
    fallback: 'on',
    summary: 'Limits on how often something can be asked for. `off` is for tests and measurements.',
    parse: flag,
  }),
  trustedProxies: row({
    variable: 'TRUSTED_PROXIES',
    fallback: '',
    summary:
      'Addresses or networks, such as `127.0.0.1,10.0.0.0/8`, of proxies whose X-Forwarded-For tells who sends a request.',
    parse: networks,
  }),
  maxConnections: row({
    variable: 'MAX_CONNECTIONS',
    fallback: '10000',
    summary: 'Open connections of one process at most; more are answered 503 at once.',
    parse: wholeNumber(1, 1_000_000),
  }),
  logLevel: row({
    variable: 'LOG_LEVEL',
    fallback: 'info',
    summary: '`silent`, `fatal`, `error`, `warn`, `info`, `debug` or `trace`.',
    parse: oneOf({
      silent: 'silent',
      fatal: 'fatal',
      panic: 'fatal',
      error: 'error',
      warn: 'warn',
      warning: 'warn',
      info: 'info',
      debug: 'debug',
      trace: 'trace',
    }),
  }),
}

type SettingsTable = typeof settingsTable
export type Settings = { [Name in keyof SettingsTable]: ReturnType<SettingsTable[Name]['parse']> }

/** Settings of the original server that have no meaning here, by name or prefix. */
const unservedSettings = [
  'DB_IMPL_NAME',
  'TOKEN_STORE_PATH',
  'TOKEN_STORE_PREFIX',
  'ASSET_STORE',
  'ASSET_STORE_',
  'APNS_',
  'FCM_',
  'GCM_',
  'BAIDU_',
  'ZMQ',
  'HTTP_PLUGIN',
  'PLUGINS',
  'SLAVE',
  'SENTRY_',
  'RESPONSE_TIMEOUT',
  'SMTP_HOST',
  'SMTP_PORT',
  'SMTP_MODE',
  'SMTP_LOGIN',
  'SMTP_PASSWORD',
  'URL_PREFIX',
  'VERIFY_',
  'FORGOT_PASSWORD_',
  'WELCOME_EMAIL_',
]

/**
 * Reads the settings from environment variables.
 *
 * Throws SettingsError for the first value that cannot be used.
 */
export function loadSettings(environment: Record<string, string | undefined>): Settings {
  const given = { ...environment }
  // The original's development mode gave the client key admin rights; all that is kept of it is
  // that switching it off froze the schema.
  if (given['DEV_MODE'] && !given['SCHEMA'] && parseDevelopmentMode(given['DEV_MODE']) === false) {
    given['SCHEMA'] = 'frozen'
  }
  const table: Record<string, Setting<unknown>> = settingsTable
  const entries = Object.entries(table).map(([name, setting]) => [
    name,
    parseSetting(setting, given[setting.variable]),
  ])
  const settings = Object.fromEntries(entries) as Settings
  checkKeysDiffer(settings)
  if (settings.smtpUrl && !(settings.mailFrom && settings.publicUrl)) {
    throw new SettingsError('SMTP_URL needs MAIL_FROM and PUBLIC_URL to be set too.')
  }
  return settings
}

/** Throws SettingsError when one key stands for two: whoever has the lesser would have the other. */
function checkKeysDiffer({ apiKey, masterKey, tokenSecret, customTokenSecret }: Settings): void {
  const signing = { TOKEN_STORE_SECRET: tokenSecret, CUSTOM_TOKEN_SECRET: customTokenSecret }
  if (apiKey && apiKey === masterKey) {
    throw new SettingsError('API_KEY and MASTER_KEY must differ: the API key is in every app.')
  }
  for (const [name, secret] of Object.entries(signing)) {
    if (secret && secret === masterKey) {
      throw new SettingsError(
        `${name} and MASTER_KEY must differ: a token would help to guess the master key.`,
      )
    }
    if (secret && secret === apiKey) {
      throw new SettingsError(`${name} and API_KEY must differ: the API key is in every app.`)
    }
  }
  if (tokenSecret && tokenSecret === customTokenSecret) {
    throw new SettingsError(
      'TOKEN_STORE_SECRET and CUSTOM_TOKEN_SECRET must differ: one kind of token would pass for the other.',
    )
  }
}

/** Names the variables that the original server knew and this one does not serve. */
export function findUnservedSettings(environment: Record<string, string | undefined>): string[] {
  const served = new Set<string>(Object.values(settingsTable).map(({ variable }) => variable))
  return Object.keys(environment).filter(
    (name) =>
      (name === 'USER_AUDIT_TRAIL_HANDLER_URL' && isFluentd(environment[name])) ||
      (!served.has(name) &&
        unservedSettings.some((known) =>
          known.endsWith('_') ? name.startsWith(known) : name === known,
        )),
  )
}

function parseSetting<T>(setting: Setting<T>, given: string | undefined): T {
  const value = given === undefined || given === '' ? setting.fallback : given
  try {
    return setting.parse(value)
  } catch (error) {
    const shown = setting.secret ? '' : `, but is "${value}"`
    throw new SettingsError(
      `${setting.variable} must be ${error instanceof Error ? error.message : String(error)}${shown}.`,
    )
  }
}

function parseDevelopmentMode(value: string): boolean {
  return parseSetting({ variable: 'DEV_MODE', fallback: '', summary: '', parse: flag }, value)
}

function row<T>(setting: Setting<T>): Setting<T> {
  return setting
}

function requirement(kind: string, what: string): Setting<boolean> {
  return {
    variable: `USER_AUDIT_PW_${kind}_REQUIRED`,
    fallback: 'no',
    summary: `A new password must have ${what}.`,
    parse: flag,
  }
}

function text(value: string): string {
  return value
}

function nonEmpty(value: string): string {
  if (value.trim() === '') throw new Error('a path')
  return value
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function flag(value: string): boolean {
  if (/^(yes|y|true|1|on)$/i.test(value)) return true
  if (/^(no|n|false|0|off)$/i.test(value)) return false
  throw new Error('yes or no')
}

function wholeNumber(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new Error(`a whole number from ${least} to ${most}`)
    }
    return number
  }
}

function matching(pattern: RegExp, description: string): (value: string) => string {
  return (value) => {
    if (!pattern.test(value)) throw new Error(description)
    return value
  }
}

function oneOf<T extends string>(values: Record<string, T>): (value: string) => T {
  return (value) => {
    const found = Object.entries(values).find(([name]) => name === value.toLowerCase())
    if (!found) throw new Error(`one of ${Object.keys(values).join(', ')}`)
    return found[1]
  }
}

function hostAndPort(value: string): { address: string; port: number | undefined } {
  if (isIP(value) !== 0) return { address: value, port: undefined }
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(value)
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  if (!match || (port !== undefined && port > 65_535))
    throw new Error('an address, or address:port')
  const address = match[1]!.replace(/^\[|\]$/g, '')
  return { address: address === '' ? '::' : address, port }
}

function databaseUrl(value: string): string {
  const isPostgres = /^postgres(ql)?:/.test(value) && URL.canParse(value)
  // SQLite's databases in memory belong to one connection, and there are several.
  const isSqlite = /^sqlite:[^:]+$/.test(value)
  if (value === '' || isPostgres || isSqlite) return value
  throw new Error('sqlite:PATH, postgres://user:password@host/name or empty')
}

function authRecordKeys(value: string): string[][] {
  const parts = value.match(/\([^()]*\)|[^,()]+/g) ?? []
  // Blanks between a comma and a bracket are no group.
  const groups = parts
    .filter((part) => part.trim() !== '')
    .map((part) => list(part.replace(/[()]/g, '')))
  const names = groups.flat()
  const areNames = names.every((name) => /^[A-Za-z][A-Za-z0-9_]*$/.test(name))
  const areDoubled =
    new Set(groups.map(String)).size < groups.length ||
    groups.some((group) => new Set(group).size < group.length)
  const areEmpty = groups.some((group) => group.length === 0)
  if (names.length === 0 || !areNames || areDoubled || areEmpty) {
    throw new Error('field names, or groups of them in brackets')
  }
  return groups
}

function httpUrl(value: string): string {
  if (value === '') return ''
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    throw new Error('an address such as https://auth.example.com')
  }
  return url.href.replace(/\/+$/, '')
}

function appUrl(value: string): string {
  if (value === '') return ''
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new Error('an address such as https://example.com/login')
  }
  return url.href
}

function smtpUrl(value: string): string {
  if (value === '' || (/^smtps?:\/\/./.test(value) && URL.canParse(value))) return value
  throw new Error('smtp://user:password@host:587, or smtps://')
}

function auditHandlerUrl(value: string): string {
  if (value === '' || isFluentd(value)) return ''
  if (/^(https?:\/\/.|file:\/\/\/.)/.test(value) && URL.canParse(value)) return value
  throw new Error('file:///path, http:// or https://')
}

function isFluentd(value: string | undefined): boolean {
  return value?.startsWith('fluentd:') === true
}

function mailFrom(value: string): string {
  if (
    value === '' ||
    /^([^<>\r\n]*<[^\s<>@,;]+@[^\s<>@,;]+>|[^\s<>@,;]+@[^\s<>@,;]+)$/.test(value)
  ) {
    return value
  }
  throw new Error('an address, or Name <address>')
}

function fieldNames(value: string): string[] {
  const names = list(value)
  if (names.every((name) => /^[A-Za-z][A-Za-z0-9_]*$/.test(name))) return names
  throw new Error('field names separated by commas')
}

function verifyCriteria(value: string): 'any' | 'all' | string[] {
  if (value === 'any' || value === 'all') return value
  return fieldNames(value)
}

function networks(value: string): BlockList {
  const found = new BlockList()
  for (const network of list(value)) {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    const bits = family === 'ipv6' ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)
    const isNetwork = isIP(address) !== 0 && /^\d{1,3}$/.test(prefix ?? '0') && length <= bits
    if (!isNetwork) throw new Error('addresses or networks separated by commas')
    found.addSubnet(address, length, family)
  }
  return found
}
