import { invalidArgument } from '../errors.ts'

/** A name that one user at most may hold: the values of one group of auth record keys. */
export interface LoginId {
  /** The group's keys joined by a comma, such as `username` or `email,phone`. */
  group: string
  /** Equal for spellings that count as the same name. */
  canonical: string
}

/** Keys whose values are compared without regard to case; the others are compared exactly. */
const foldedKeys = new Set(['username', 'email'])

/** Room for any address of RFC 5321 (254 bytes), and safely below the index limits of both engines. */
export const MAX_LOGIN_ID_BYTES = 255

/**
 * The form under which a name is unique: NFKC and full case folding, repeated until nothing
 * changes, since either step can undo the other.
 */
export function canonicalName(name: string): string {
  let folded = foldCase(name.normalize('NFKC')).normalize('NFKC')
  for (let next = folded; ; folded = next) {
    next = foldCase(folded).normalize('NFKC')
    if (next === folded) return folded
  }
}

/**
 * Full case folding as Unicode defines it, from what the language has: upper case first, so that
 * ß meets SS and ς meets Σ. Letter by letter, since toLowerCase treats a Σ at a word's end apart.
 * The dotless ı folds to itself.
 */
function foldCase(text: string): string {
  let folded = ''
  for (const letter of text) {
    folded += letter === 'ı' ? letter : lowerEach(letter.toUpperCase())
  }
  return folded
}

function lowerEach(text: string): string {
  let lowered = ''
  for (const letter of text) lowered += letter.toLowerCase()
  return lowered
}

/** The login ids that a user record with these fields holds: one for each complete group. */
export function loginIdsOf(groups: string[][], fields: Record<string, unknown>): LoginId[] {
  return groups.flatMap((keys) => {
    const id = loginIdOf(keys, fields)
    return id ? [id] : []
  })
}

/** The login id that `auth_data` names: the first complete group in the order of the setting. */
export function identify(
  groups: string[][],
  authData: Record<string, unknown>,
): LoginId | undefined {
  const known = new Set(groups.flat())
  if (Object.keys(authData).some((key) => !known.has(key))) return undefined
  for (const keys of groups) {
    const id = loginIdOf(keys, authData)
    if (id) return id
  }
  return undefined
}

function loginIdOf(keys: string[], fields: Record<string, unknown>): LoginId | undefined {
  const values: string[] = []
  for (const key of keys) {
    const value = fields[key]
    if (value === null || value === undefined) return undefined
    values.push(canonicalValue(key, value))
  }
  return {
    group: keys.join(','),
    canonical: values.length === 1 ? values[0]! : JSON.stringify(values),
  }
}

function canonicalValue(key: string, value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return foldedKeys.has(key) ? canonicalName(value) : value
}

/**
 * Throws InvalidArgument when a text cannot be a login id. Anything that can be seen is kept as given,
 * surrounding spaces too, as it was in the original.
 */
export function checkLoginIds(
  groups: string[][],
  fields: Record<string, unknown>,
  argument: string,
): void {
  for (const key of groups.flat()) {
    const value = fields[key]
    if (typeof value !== 'string') continue
    // The replacement character stands for something that was lost before it came here.
    if (!value.isWellFormed() || /[\p{Cc}\u{FFFD}]/u.test(value)) {
      throw invalidArgument(`The ${key} contains a character that cannot be used.`, argument)
    }
    if (Buffer.byteLength(value) > MAX_LOGIN_ID_BYTES) {
      throw invalidArgument(`The ${key} is longer than ${MAX_LOGIN_ID_BYTES} bytes.`, argument)
    }
    // Beside other keys of its group it may be empty: it does not name the user alone.
    const isAlone = groups.some((keys) => keys.length === 1 && keys[0] === key)
    if (isAlone && value.trim() === '') {
      throw invalidArgument(`The ${key} is empty; leave it out instead.`, argument)
    }
  }
}
