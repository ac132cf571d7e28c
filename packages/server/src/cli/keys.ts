import { randomBytes, randomUUID } from 'node:crypto'
import { chownSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Settings, SettingsError } from '../settings.ts'

/** Keys that were made on first start, by the names of their settings. */
export interface Keys {
  apiKey: string
  masterKey: string
  tokenSecret: string
}

/** 256 bits, as OWASP ASVS 5.0, 11.2.3 asks at least 128 of keys. */
const KEY_BYTES = 32

export function keyFileOf({ dataDirectory }: Pick<Settings, 'dataDirectory'>): string {
  return join(dataDirectory, 'keys.json')
}

/** True when some key is not given by a setting, and so comes from the key file. */
export function needsKeyFile({ apiKey, masterKey, tokenSecret }: Settings): boolean {
  return !apiKey || !masterKey || !tokenSecret
}

/** Fills in the keys that no setting gives: those of the key file, which is made when it is missing. */
export function withKeys(settings: Settings): Settings {
  if (!needsKeyFile(settings)) return settings
  const keys = readKeys(keyFileOf(settings)) ?? makeKeys(settings)
  return {
    ...settings,
    apiKey: settings.apiKey || keys.apiKey,
    masterKey: settings.masterKey || keys.masterKey,
    tokenSecret: settings.tokenSecret || keys.tokenSecret,
  }
}

/** Replaces these keys in the key file by new ones, at one stroke, and gives the new keys. */
export function rotateKeys(file: string, names: (keyof Keys)[]): Keys {
  const keys = readKeys(file)
  if (!keys) throw new SettingsError(`There is no ${file} yet. Start the server once.`)
  const rotated = { ...keys, ...Object.fromEntries(names.map((name) => [name, makeKey()])) }
  const owner = statSync(file)
  const partial = `${file}.${randomUUID()}.partial`
  writeFileSync(partial, formatKeys(rotated), { mode: 0o600, flag: 'wx', flush: true })
  // Root may do it for a server that runs as another user.
  if (process.getuid?.() === 0) chownSync(partial, owner.uid, owner.gid)
  renameSync(partial, file)
  return rotated
}

/** Undefined when there is no such file. */
export function readKeys(file: string): Keys | undefined {
  try {
    return parseKeys(readFileSync(file, 'utf8'), file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Where a folder of the path is a file, making the folder will say so.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Throws SettingsError, without a word of what the file holds. */
function parseKeys(text: string, file: string): Keys {
  try {
    const keys = JSON.parse(text) as Keys
    const values: unknown[] = [keys.apiKey, keys.masterKey, keys.tokenSecret]
    if (values.every((key) => typeof key === 'string' && key !== '')) return keys
  } catch {
    // Told below.
  }
  throw new SettingsError(`${file} is damaged. Restore it, or remove it to have new keys made.`)
}

function makeKeys(settings: Settings): Keys {
  const keys = { apiKey: makeKey(), masterKey: makeKey(), tokenSecret: makeKey() }
  const file = keyFileOf(settings)
  mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })
  try {
    // Not over a file that another process made meanwhile, and for the owner's eyes only.
    writeFileSync(file, formatKeys(keys), { mode: 0o600, flag: 'wx' })
    return keys
  } catch (error) {
    const made = (error as NodeJS.ErrnoException).code === 'EEXIST' && readKeys(file)
    if (made) return made
    throw error
  }
}

function makeKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url')
}

function formatKeys(keys: Keys): string {
  return `${JSON.stringify(keys, null, 2)}\n`
}
