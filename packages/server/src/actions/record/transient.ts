import { canRead, type Subject } from '../../records/access.ts'
import type { FieldAccessRules } from '../../records/field-access.ts'
import type { Inclusion } from '../../records/include.ts'
import { distanceInMetres, toLocation } from '../../records/location.ts'
import type { Distance, Term } from '../../records/operand.ts'
import {
  formatRecordId,
  PUBLIC_DATABASE,
  parseRecordId,
  presentRecord,
  type RecordId,
  type StoredRecord,
} from '../../records/record.ts'
import type { RecordStore } from '../../storage/storage.ts'

interface InclusionParts {
  records: RecordStore
  subject: Subject
  rules: FieldAccessRules
}

/** Gives the `_transient` member of a record, if a query wants one. */
export type Transient = (record: StoredRecord) => Record<string, unknown> | undefined

/** Finds everything that the records include, with one look-up for each type of them. */
export async function loadTransient(
  found: StoredRecord[],
  inclusions: Inclusion[],
  { records, subject, rules }: InclusionParts,
): Promise<Transient> {
  const targets = new Map<string, StoredRecord>()
  for (const [type, wanted] of Map.groupBy(wantedIds(found, inclusions), ({ type }) => type)) {
    const databaseIds = [PUBLIC_DATABASE, ...found.map(({ databaseId }) => databaseId)]
    const keys = wanted.map(({ key }) => key)
    const loaded = await records.findAll([...new Set(databaseIds)], type, [...new Set(keys)])
    for (const target of loaded) targets.set(placeOf(target.databaseId, target), target)
  }

  const present = (record: StoredRecord, id: RecordId | undefined) => {
    const target =
      id &&
      (targets.get(placeOf(record.databaseId, id)) ?? targets.get(placeOf(PUBLIC_DATABASE, id)))
    return target && mayRead(target, subject) ? presentRecord(target, subject, rules) : null
  }
  return (record) => {
    if (inclusions.length === 0) return undefined
    const members = inclusions.map(({ alias, term }) => [
      alias,
      term.kind === 'distance' ? distanceTo(record, term) : present(record, targetOf(record, term)),
    ])
    return Object.fromEntries(members) as Record<string, unknown>
  }
}

function wantedIds(found: StoredRecord[], inclusions: Inclusion[]): RecordId[] {
  return inclusions.flatMap(({ term }) => found.flatMap((record) => targetOf(record, term) ?? []))
}

/** The record that a term leads to; undefined if it is no reference. */
function targetOf(record: StoredRecord, term: Term): RecordId | undefined {
  if (term.kind === 'distance') return undefined
  if (term.kind === 'field') return referenceIn(record, term.name)
  switch (term.name) {
    case '_owner_id':
      return { type: 'user', key: record.ownerId }
    case '_created_by':
      return { type: 'user', key: record.createdBy }
    case '_updated_by':
      return { type: 'user', key: record.updatedBy }
    default:
      return undefined
  }
}

function referenceIn({ fields }: StoredRecord, name: string): RecordId | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value['$type'] === 'ref' ? parseRecordId(value['$id']) : undefined
}

function distanceTo({ fields }: StoredRecord, { path, from }: Distance): number | null {
  const value = path.kind === 'field' && Object.hasOwn(fields, path.name) ? fields[path.name] : null
  const to = toLocation(value)
  return to ? distanceInMetres(from, to) : null
}

function mayRead({ databaseId, access, ownerId }: StoredRecord, subject: Subject): boolean {
  return databaseId !== PUBLIC_DATABASE || canRead(access, ownerId, subject)
}

/** No database id and no type has a slash in it. */
function placeOf(databaseId: string, id: RecordId): string {
  return `${databaseId}/${formatRecordId(id)}`
}
