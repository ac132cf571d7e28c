import { isObject, type Variables, valueAt } from './placeholders.ts'
import type { Answer, RecordedCase } from './suite.ts'

/** One side of a comparison: an answer, and the variables of the run it belongs to. */
export interface Side {
  answer: Answer
  variables: Variables
}

const BODY_MEMBERS = ['result', 'info', 'database_id']
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
/** Shorter values (a saved number, a flag) would be found by chance inside other names. */
const SHORTEST_MASKED_VALUE = 20

/**
 * What differs between the original's answer and ours, one sentence each; an empty list means that
 * the answers agree. Values are not compared, except codes and names of errors.
 */
export function compareAnswers(
  compare: RecordedCase['compare'],
  expected: Side,
  got: Side,
): string[] {
  const { optional = [], loose = false, only } = compare ?? {}
  const a = withoutPaths(maskKeys(expected.answer.body, expected.variables), optional)
  const b = withoutPaths(maskKeys(got.answer.body, got.variables), optional)
  const differences = [
    ...compareStatus(expected.answer.status, got.answer.status),
    ...compareErrors(a, b),
  ]
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a !== typeof b) differences.push(`body: ${kindOf(a)} expected, got ${kindOf(b)}`)
    return differences
  }
  const members = only
    ? only.flatMap((path) => compareAtPath(path, a, b))
    : BODY_MEMBERS.flatMap((name) => compareMember(name, a, b, loose))
  return [...differences, ...members]
}

function compareStatus(expected: number, got: number): string[] {
  return expected === got ? [] : [`status: ${expected} expected, got ${got}`]
}

function compareErrors(expected: unknown, got: unknown): string[] {
  return ['error.code', 'error.name'].flatMap((path) => {
    const [a, b] = [valueAt(expected, path), valueAt(got, path)]
    return a === b ? [] : [`${path}: ${JSON.stringify(a)} expected, got ${JSON.stringify(b)}`]
  })
}

/** `path` may name what differs per run (`result.note{{run}}`), which the bodies hold masked. */
function compareAtPath(path: string, expected: unknown, got: unknown): string[] {
  const masked = path.replaceAll('{{run}}', maskOf('run'))
  return compareShapes(masked, valueAt(expected, masked), valueAt(got, masked))
}

function compareMember(name: string, expected: unknown, got: unknown, loose: boolean): string[] {
  const [a, b] = [valueAt(expected, name), valueAt(got, name)]
  if (a === undefined && b === undefined) return []
  if (b === undefined) return [`${name}: missing`]
  if (a === undefined) return [`${name}: not expected`]
  return loose ? compareKinds(name, a, b) : compareShapes(name, a, b)
}

function compareKinds(path: string, expected: unknown, got: unknown): string[] {
  const [a, b] = [kindOf(expected), kindOf(got)]
  return a === b ? [] : [`${path}: type ${a} expected, got ${b}`]
}

function compareShapes(path: string, expected: unknown, got: unknown): string[] {
  const kinds = compareKinds(path, expected, got)
  if (kinds.length > 0) return kinds
  if (Array.isArray(expected) && Array.isArray(got)) return compareArrays(path, expected, got)
  if (isObject(expected) && isObject(got)) return compareObjects(path, expected, got)
  return []
}

function compareArrays(path: string, expected: unknown[], got: unknown[]): string[] {
  if (expected.length !== got.length) {
    return [`${path}: length ${expected.length} expected, got ${got.length}`]
  }
  return expected.flatMap((item, i) => compareShapes(`${path}[${i}]`, item, got[i]))
}

type Members = Record<string, unknown>

function compareObjects(path: string, expected: Members, got: Members): string[] {
  const names = new Set([...Object.keys(expected), ...Object.keys(got)])
  const members = [...names].flatMap((name) => {
    if (!Object.hasOwn(got, name)) return [`${path}.${name}: missing`]
    if (!Object.hasOwn(expected, name)) return [`${path}.${name}: not expected`]
    return compareShapes(`${path}.${name}`, expected[name], got[name])
  })
  return [...compareRecordErrors(path, expected, got), ...members]
}

function compareRecordErrors(path: string, expected: Members, got: Members): string[] {
  if (expected['_type'] !== 'error' && got['_type'] !== 'error') return []
  return ['_type', 'code', 'name'].flatMap((name) => {
    const [a, b] = [expected[name], got[name]]
    return a === b
      ? []
      : [`${path}.${name}: ${JSON.stringify(a)} expected, got ${JSON.stringify(b)}`]
  })
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function withoutPaths(body: unknown, paths: string[]): unknown {
  const copy = structuredClone(body)
  for (const path of paths) {
    const [name = '', ...parents] = path.split('.').reverse()
    const parent = parents.length > 0 ? valueAt(copy, parents.reverse().join('.')) : copy
    if (isObject(parent)) delete parent[name]
  }
  return copy
}

function maskOf(variable: string): string {
  return `<${variable}>`
}

/** Ids and names made by a run appear as keys too (`{"<user id>": ["role"]}`); masked, they match. */
function maskKeys(body: unknown, variables: Variables): unknown {
  const saved = Object.entries(variables)
    .filter(([name, value]) => name !== 'run' && value.length >= SHORTEST_MASKED_VALUE)
    .sort(([, a], [, b]) => b.length - a.length)
  const run = Object.entries(variables).filter(([name]) => name === 'run')

  function maskKey(key: string): string {
    let masked = key
    for (const [name, value] of [...saved, ...run]) masked = masked.replaceAll(value, maskOf(name))
    return masked.replace(UUID, '<uuid>')
  }
  function mask(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(mask)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [maskKey(k), mask(v)]))
  }
  return mask(body)
}
