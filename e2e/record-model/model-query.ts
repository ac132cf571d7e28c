import type { Json, ModelRecord } from './model.ts'

/** Finds the record that a field refers to, if the caller may read it. */
export type Lookup = (record: ModelRecord, field: string) => ModelRecord | undefined

type Truth = boolean | null
type Comparable = string | number | boolean | null

/** What SQL would say: null where something unknown is compared. */
export function evaluate([op, ...operands]: Json[], record: ModelRecord, lookup: Lookup): Truth {
  const truths = () => operands.map((one) => evaluate(one as Json[], record, lookup))
  if (op === 'and') return conjunction(truths())
  if (op === 'or') return negation(conjunction(truths().map(negation)))
  if (op === 'not') return negation(truths()[0] ?? null)
  const [left, right] = operands as [Json, Json]
  if (op === 'in') return evaluateIn(left, right, record, lookup)
  const [a, b] = [termValue(left, record, lookup), termValue(right, record, lookup)]
  if (op === 'eq' && (left === null || right === null)) return a === b
  if (op === 'neq' && (left === null || right === null)) return a !== b
  if (a === null || b === null) return null
  if (op === 'like' || op === 'ilike') {
    return typeof a === 'string' && matches(String(a), String(b), op === 'ilike')
  }
  const order = a === b ? 0 : a < b ? -1 : 1
  const outcomes: Record<string, boolean> = {
    eq: order === 0,
    neq: order !== 0,
    gt: order > 0,
    gte: order >= 0,
    lt: order < 0,
    lte: order <= 0,
  }
  return outcomes[String(op)]!
}

function evaluateIn(left: Json, right: Json, record: ModelRecord, lookup: Lookup): Truth {
  if (typeof left === 'string') {
    const list = record.fields[(right as { $val: string }).$val]
    if (Array.isArray(list)) return list.includes(left)
    return typeof list === 'object' && list !== null && Object.hasOwn(list, left)
  }
  const value = termValue(left, record, lookup)
  const list = (right as Json[]).map((item) => termValue(item, record, lookup))
  if (list.length === 0) return false
  if (value === null) return null
  return list.includes(value) || (list.includes(null) ? null : false)
}

function conjunction(truths: Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(null) ? null : true
}

function negation(truth: Truth): Truth {
  return truth === null ? null : !truth
}

function matches(text: string, pattern: string, ignoreCase: boolean): boolean {
  const source = pattern.replace(/[.*+?^${}()|[\]\\%_]/g, (special) =>
    special === '%' ? '.*' : special === '_' ? '.' : `\\${special}`,
  )
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(text)
}

/** The order of two records: nulls last upwards, and first downwards. */
export function compareByKeys(
  keys: [Json, 'asc' | 'desc'][],
  a: ModelRecord,
  b: ModelRecord,
  lookup: Lookup,
): number {
  for (const [term, direction] of keys) {
    const [x, y] = [termValue(term, a, lookup), termValue(term, b, lookup)]
    if (x === y) continue
    const isBefore = y === null || (x !== null && x < y)
    return isBefore === (direction === 'asc') ? -1 : 1
  }
  return 0
}

function termValue(term: Json, record: ModelRecord, lookup: Lookup): Comparable {
  if (Array.isArray(term)) return distanceOf(term, record)
  if (typeof term !== 'object' || term === null) return term
  const path = term['$val']
  return typeof path === 'string' ? valueAt(path, record, lookup) : toComparable(term)
}

function valueAt(path: string, record: ModelRecord, lookup: Lookup): Comparable {
  if (path === '_id') return record.key
  if (path === '_owner' || path === '_owner_id') return record.owner
  if (path === '_created_by') return record.createdBy
  if (path === '_database_id') return record.database
  const [field, inner] = partsOf(path)
  if (inner === undefined) return toComparable(record.fields[field] ?? null)
  const target = lookup(record, field)
  return target ? toComparable(target.fields[inner] ?? null) : null
}

/** Only references are followed; other fields may have a dot in their names. */
export function partsOf(path: string): [field: string, inner?: string] {
  return path.startsWith('city.') ? ['city', path.slice('city.'.length)] : [path]
}

function toComparable(value: Json): Comparable {
  if (typeof value !== 'object' || value === null) return value
  const { $id: id, $date: date } = value as Record<string, Json>
  if (typeof date === 'string') return Date.parse(date)
  return typeof id === 'string' ? id : JSON.stringify(value)
}

/** Metres between a field and a place, by the law of cosines. */
function distanceOf([, , path, place]: Json[], record: ModelRecord): Comparable {
  const value = record.fields[(path as { $val: string }).$val] ?? null
  if (value === null) return null
  const [a, b] = [value, place].map((one) => {
    const { $lng: longitude, $lat: latitude } = one as { $lng: number; $lat: number }
    return [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180] as const
  }) as [readonly [number, number], readonly [number, number]]
  const cosine =
    Math.sin(a[1]) * Math.sin(b[1]) + Math.cos(a[1]) * Math.cos(b[1]) * Math.cos(a[0] - b[0])
  // Close to 0 the cosine knows less than a metre.
  return Math.round((6_370_986 * Math.acos(Math.min(1, cosine))) / 1_000) * 1_000
}
