import { ApiError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import type { BreachedPasswords } from './breached-passwords.ts'

/** The rules for new passwords that can be judged without a look at older ones. */
export interface PasswordPolicy {
  /**
   * Throws PasswordPolicyViolated for the first rule that is broken. `userFields` are the fields of
   * the user's record, as they will be.
   */
  check(password: string, userFields: Record<string, unknown>): Promise<void>
}

type PolicySettings = Pick<
  Settings,
  | 'passwordMinLength'
  | 'passwordMaxLength'
  | 'passwordUppercaseRequired'
  | 'passwordLowercaseRequired'
  | 'passwordDigitRequired'
  | 'passwordSymbolRequired'
  | 'passwordExcludedKeywords'
  | 'passwordExcludedFields'
  | 'passwordMinGuessableLevel'
  | 'passwordBlocklist'
  | 'authRecordKeys'
  | 'appName'
>

export function createPasswordPolicy(
  settings: PolicySettings,
  breached?: BreachedPasswords,
): PasswordPolicy {
  return {
    async check(password, userFields) {
      checkLength(password, settings)
      checkLetters(password, settings)
      checkKeywords(password, settings, userFields)
      if (settings.passwordBlocklist) {
        checkContext(password, settings, userFields)
        await checkBlocklist(password)
      }
      if (await breached?.has(password)) throw tooCommon()
      if (settings.passwordMinGuessableLevel > 0) {
        await checkGuessableLevel(password, settings.passwordMinGuessableLevel, userFields)
      }
    },
  }
}

/** The error of a password that was used before. */
export function passwordReused(historySize: number, historyDays: number): ApiError {
  return violation('PasswordReused', 'password reused', {
    history_size: historySize,
    history_days: historyDays,
  })
}

/** The error of whoever has to change the password first. */
export function passwordExpired(): ApiError {
  return new ApiError('PasswordPolicyViolated', 'password expired', {
    status: 401,
    info: { reason: 'PasswordExpired' },
  })
}

function checkLength(
  password: string,
  { passwordMinLength: least, passwordMaxLength: most }: PolicySettings,
): void {
  const length = Buffer.byteLength(password)
  if (length < least) {
    throw violation('PasswordTooShort', 'password too short', {
      min_length: least,
      pw_length: length,
    })
  }
  const characters = [...password].length
  if (characters > most) {
    throw violation('PasswordTooLong', 'password too long', {
      max_length: most,
      pw_length: characters,
    })
  }
}

function checkLetters(password: string, settings: PolicySettings): void {
  const rules = [
    { required: settings.passwordUppercaseRequired, kind: 'Uppercase', pattern: /[A-Z]/ },
    { required: settings.passwordLowercaseRequired, kind: 'Lowercase', pattern: /[a-z]/ },
    { required: settings.passwordDigitRequired, kind: 'Digit', pattern: /[0-9]/ },
    { required: settings.passwordSymbolRequired, kind: 'Symbol', pattern: /[^A-Za-z0-9]/ },
  ]
  for (const { required, kind, pattern } of rules) {
    if (required && !pattern.test(password)) {
      throw violation(`Password${kind}Required`, `password ${kind.toLowerCase()} required`)
    }
  }
}

function checkKeywords(
  password: string,
  settings: PolicySettings,
  userFields: Record<string, unknown>,
): void {
  const own = settings.passwordExcludedFields.map((field) => userFields[field])
  const words = [...settings.passwordExcludedKeywords, ...own]
  const lowered = password.toLowerCase()
  for (const word of words) {
    // An empty field is in every password; it excludes nothing.
    if (typeof word === 'string' && word !== '' && lowered.includes(word.toLowerCase())) {
      throw violation('PasswordContainingExcludedKeywords', 'password containing excluded keywords')
    }
  }
}

/** What whoever knows the user would try first: names, with or without digits around them. */
function checkContext(
  password: string,
  { authRecordKeys, appName }: Pick<Settings, 'authRecordKeys' | 'appName'>,
  userFields: Record<string, unknown>,
): void {
  const names = authRecordKeys.flat().map((field) => userFields[field])
  const words = [appName, ...names].flatMap((name) =>
    typeof name === 'string' ? [name, name.replace(/@.*$/s, '')] : [],
  )
  const lowered = password.toLowerCase()
  const bare = withoutDigits(lowered)
  for (const word of words.map((word) => word.toLowerCase())) {
    if (lowered === word || (bare !== '' && bare === withoutDigits(word))) throw tooCommon()
  }
}

function withoutDigits(word: string): string {
  return word.replace(/^[0-9]+|[0-9]+$/g, '')
}

function tooCommon(): ApiError {
  return violation('PasswordTooCommon', 'password too common')
}

let commonPasswords: Promise<Set<string>> | undefined

/** Loads the list of common passwords, which takes a moment, before it is needed. */
export function loadCommonPasswords(): Promise<Set<string>> {
  commonPasswords ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'] as string[]),
  )
  return commonPasswords
}

async function checkBlocklist(password: string): Promise<void> {
  const common = await loadCommonPasswords()
  if (common.has(password.toLowerCase())) {
    throw tooCommon()
  }
}

/** zxcvbn's time grows with the length; what follows the first hundred characters adds nothing. */
const MAX_GUESSED_LENGTH = 100

async function checkGuessableLevel(
  password: string,
  least: number,
  userFields: Record<string, unknown>,
): Promise<void> {
  const estimator = await loadEstimator()
  const own = Object.values(userFields).filter((value) => typeof value === 'string')
  const { score } = estimator.check(password.slice(0, MAX_GUESSED_LENGTH), own)
  const level = score + 1
  if (level < least) {
    throw violation('PasswordBelowGuessableLevel', 'password below guessable level', {
      min_level: least,
      pw_level: level,
    })
  }
}

type Estimator = InstanceType<typeof import('@zxcvbn-ts/core').ZxcvbnFactory>
let estimator: Promise<Estimator> | undefined

/** Loaded when it is first needed, since its dictionaries are large and the rule is off by default. */
function loadEstimator(): Promise<Estimator> {
  estimator ??= Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]).then(
    ([{ ZxcvbnFactory }, common, english]) =>
      new ZxcvbnFactory({
        dictionary: { ...common.dictionary, ...english.dictionary },
        graphs: common.adjacencyGraphs,
        translations: english.translations,
      }),
  )
  return estimator
}

function violation(reason: string, message: string, facts: Record<string, unknown> = {}): ApiError {
  return new ApiError('PasswordPolicyViolated', message, { info: { reason, ...facts } })
}
