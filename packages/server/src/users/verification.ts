import type { Value } from '../records/value.ts'

/** Which fields of the user record can be verified, and what makes a user verified. */
export interface VerificationRules {
  verifyKeys: string[]
  verifyCriteria: 'any' | 'all' | string[]
  verifyAutoUpdate: boolean
}

type Fields = Record<string, Value>

/** The field that says whether the user of the record is verified. */
const IS_VERIFIED = 'is_verified'

/**
 * The given fields of a user record without those that say what is verified: only the server and
 * the master key set them.
 */
export function withoutFlags(fields: Fields, rules: Pick<VerificationRules, 'verifyKeys'>): Fields {
  const flags = [IS_VERIFIED, ...rules.verifyKeys.map(flagOf)]
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !flags.includes(name)))
}

/** The flags that change when the value of this field was verified. */
export function flagsAfterVerifying(key: string, fields: Fields, rules: VerificationRules): Fields {
  return withIsVerified({ [flagOf(key)]: true }, fields, rules)
}

/**
 * The flags that change with these changes of a user record: nobody has proved a new value yet.
 * Flags that are among the changes stay as they are there.
 */
export function flagsAfterChange(
  changes: Fields,
  before: Fields,
  rules: VerificationRules,
): Fields {
  const dropped = rules.verifyKeys.filter(
    (key) =>
      Object.hasOwn(changes, key) &&
      !Object.hasOwn(changes, flagOf(key)) &&
      before[flagOf(key)] === true,
  )
  const isTouched =
    dropped.length > 0 || rules.verifyKeys.some((key) => Object.hasOwn(changes, flagOf(key)))
  if (!isTouched) return {}
  const flags = Object.fromEntries(dropped.map((key) => [flagOf(key), false]))
  if (Object.hasOwn(changes, IS_VERIFIED)) return flags
  return withIsVerified(flags, { ...before, ...changes }, rules)
}

function withIsVerified(flags: Fields, fields: Fields, rules: VerificationRules): Fields {
  if (!rules.verifyAutoUpdate) return flags
  return { ...flags, [IS_VERIFIED]: meetsCriteria({ ...fields, ...flags }, rules) }
}

function meetsCriteria(fields: Fields, { verifyKeys, verifyCriteria }: VerificationRules): boolean {
  const isVerified = (key: string) => fields[flagOf(key)] === true
  if (verifyCriteria === 'any') return verifyKeys.some(isVerified)
  return (verifyCriteria === 'all' ? verifyKeys : verifyCriteria).every(isVerified)
}

function flagOf(key: string): string {
  return `${key}_verified`
}
