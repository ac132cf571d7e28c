import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Settings, SettingsError } from '../../settings.ts'
import { type Finding, ok, problem } from '../../storage/finding.ts'
import { keyFileOf, needsKeyFile, readKeys } from '../keys.ts'

/** OWASP ASVS 5.0, 11.2.3 asks for 128 bits, which take 16 characters at the very least. */
const LEAST_LENGTH = 16

/** Words that stand in examples, and so are the first that anybody tries, alone or repeated. */
const KNOWN =
  /^((change|replace|your|my|the|me|this|a|secret|master|api|token|key|test|dev|default|example|sample|password|admin|skygear|super|here|put|server|app|store|jwt|foo|bar|abc|[\W_\d]))+$/i

/**
 * Looks at where the keys come from, whether they can be guessed, and who can read them. The API
 * key may be anything: it is in every app, and apps that are published cannot change it.
 */
export function examineKeys(settings: Settings): Finding[] {
  const { masterKey, tokenStore, tokenSecret, customTokenSecret } = settings
  const secrets = {
    MASTER_KEY: masterKey,
    // Of no use to other tokens than signed ones.
    TOKEN_STORE_SECRET: tokenStore === 'jwt' ? tokenSecret : '',
    CUSTOM_TOKEN_SECRET: customTokenSecret,
  }
  const weak = Object.entries(secrets).flatMap(([name, value]) => weaknessOf(name, value) ?? [])
  return [...weak, needsKeyFile(settings) ? examineKeyFile(settings) : givenBySettings()]
}

function weaknessOf(name: string, value: string): Finding | undefined {
  if (value === '') return undefined
  const remedy = `Set ${name} to what \`openssl rand -base64 32\` gives.`
  if (value.length < LEAST_LENGTH) {
    return problem('keys', `${name} is shorter than ${LEAST_LENGTH} characters.`, remedy)
  }
  if (KNOWN.test(value) || new Set(value).size < LEAST_LENGTH / 2) {
    return problem('keys', `${name} is one that is easy to guess.`, remedy)
  }
  return undefined
}

function givenBySettings(): Finding {
  return ok('keys', 'The settings give all keys.')
}

function examineKeyFile(settings: Settings): Finding {
  const file = keyFileOf(settings)
  try {
    if (!readKeys(file)) return ok('keys', `There is no ${resolve(file)} yet; the server makes it.`)
  } catch (error) {
    if (error instanceof SettingsError) {
      const remedy = 'Restore it; new keys would shut out every app that is published.'
      return problem('keys', `${file} is damaged.`, remedy)
    }
    const remedy = 'Run this as the user of the server, or give that user the file.'
    return problem('keys', `${file} cannot be read: ${(error as Error).message}`, remedy)
  }
  return statSync(file).mode & 0o077
    ? problem(
        'keys',
        `Other users of this machine can read or change ${file}.`,
        `Run: chmod 600 ${file}  and, if strangers use the machine: skygear-server key rotate --master`,
      )
    : ok('keys', `Only its owner can read ${file}.`)
}
