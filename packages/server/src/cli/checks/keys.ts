import { statSync } from 'node:fs'
import { type Settings, SettingsError } from '../../settings.ts'
import { type Finding, ok, problem, warning } from '../../storage/finding.ts'
import { keyFileOf, needsKeyFile, readKeys } from '../keys.ts'

/** OWASP ASVS 5.0, 11.2.3 asks for 128 bits, which take 16 characters at the very least. */
const LEAST_LENGTH = 16

/** Looks at where the keys come from, and who can read them. */
export function examineKeys(settings: Settings): Finding[] {
  const { masterKey, tokenSecret } = settings
  const given = { MASTER_KEY: masterKey, TOKEN_STORE_SECRET: tokenSecret }
  const weak = Object.entries(given).flatMap(([name, value]) =>
    value !== '' && value.length < LEAST_LENGTH
      ? [
          warning(
            'keys',
            `${name} has only ${value.length} characters, and may be guessed.`,
            'Set it to what `openssl rand -base64 32` gives.',
          ),
        ]
      : [],
  )
  return [...weak, needsKeyFile(settings) ? examineKeyFile(settings) : givenBySettings()]
}

function givenBySettings(): Finding {
  return ok('keys', 'The settings give all keys.')
}

function examineKeyFile(settings: Settings): Finding {
  const file = keyFileOf(settings)
  try {
    if (!readKeys(file)) return ok('keys', `There is no ${file} yet; the server makes it.`)
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
