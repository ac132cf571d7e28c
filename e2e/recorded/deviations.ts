import { readFileSync } from 'node:fs'
import { isObject } from './placeholders.ts'
import type { Answer } from './suite.ts'

type OneOrMore = number | number[]

/** A difference from the original server that is meant, and why. */
export interface Deviation {
  /** Names of cases; `prefix*` stands for all names that begin so. */
  cases?: string[]
  /** What the original answered (`status`, `code`) and what we answer (`gotStatus`, `gotCode`). */
  when?: { status?: OneOrMore; code?: OneOrMore; gotStatus?: OneOrMore; gotCode?: OneOrMore }
  reason: string
}

/** The repository's list of deviations, `deviations.json`. */
export function loadDeviations(
  file: string | URL = new URL('../../deviations.json', import.meta.url),
): Deviation[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Deviation[]
}

/** The first rule that covers this case and these two answers. */
export function findDeviation(
  deviations: Deviation[],
  caseName: string,
  expected: Answer,
  got: Answer,
): Deviation | undefined {
  return deviations.find(({ cases, when }) => {
    if (!cases && !when) return false
    return (!cases || covers(cases, caseName)) && (!when || holds(when, expected, got))
  })
}

function covers(patterns: string[], name: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  )
}

function holds(when: NonNullable<Deviation['when']>, expected: Answer, got: Answer): boolean {
  return (
    allows(when.status, expected.status) &&
    allows(when.code, errorCodeOf(expected)) &&
    allows(when.gotStatus, got.status) &&
    allows(when.gotCode, errorCodeOf(got))
  )
}

function allows(wanted: OneOrMore | undefined, actual: number | undefined): boolean {
  if (wanted === undefined) return true
  return actual !== undefined && [wanted].flat().includes(actual)
}

/** The code of the answer's error, or of the first record that failed. */
function errorCodeOf({ body }: Answer): number | undefined {
  if (!isObject(body)) return undefined
  if (isObject(body['error'])) return Number(body['error']['code'])
  if (!Array.isArray(body['result'])) return undefined
  const failed = body['result'].find((record) => isObject(record) && record['code'])
  return failed ? Number(failed.code) : undefined
}
