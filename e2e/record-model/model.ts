import { compareByKeys, evaluate, type Lookup, partsOf } from './model-query.ts'

/** Who calls: a user, nobody, or the master key. */
export interface ModelCaller {
  name: string
  id: string | undefined
  roles: string[]
  isMaster: boolean
}

export interface AccessEntry {
  level: 'read' | 'write'
  public?: true
  role?: string
  user_id?: string
}

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export interface ModelRecord {
  database: string
  type: string
  key: string
  owner: string
  createdBy: string
  updatedBy: string
  access: AccessEntry[] | null
  fields: Record<string, Json>
  /** Where the records are that the fields refer to. */
  targets: Record<string, string>
}

export interface FieldRule {
  record_type: string
  record_field: string
  user_role: string
  readable: boolean
  writable: boolean
  comparable: boolean
  discoverable: boolean
}

export interface RecordToSave {
  _id: string
  _access?: AccessEntry[] | null
  [field: string]: unknown
}

export interface ModelQuery {
  type: string
  predicate: Json[] | undefined
  sort: [Json, 'asc' | 'desc'][]
  limit: number | undefined
  offset: number
}

/** A record as an answer has it, without the times; or the name of an error. */
export type Item = Record<string, unknown> | string

const PUBLIC = ''
const rightOf = { read: 'readable', write: 'writable' } as const

/** The rules of records, in as few words as possible, over a list in memory. */
export class Model {
  #records: ModelRecord[] = []
  createRoles: Record<string, string[]> = {}
  defaultAccess: Record<string, AccessEntry[] | null> = {}
  fieldRules: FieldRule[] = []

  save(
    caller: ModelCaller,
    database: string,
    inputs: RecordToSave[],
    atomic: boolean,
  ): Item[] | string {
    return this.#batch(inputs, atomic, (input) => this.#saveOne(caller, database, input, atomic))
  }

  delete(caller: ModelCaller, database: string, ids: string[], atomic: boolean): Item[] | string {
    return this.#batch(ids, atomic, (id) => this.#deleteOne(caller, database, id))
  }

  fetch(caller: ModelCaller, database: string, ids: string[]): Item[] {
    return ids.map((id) => {
      const record = this.#find(database, id)
      if (!record) return 'ResourceNotFound'
      return this.#mayRead(caller, record) ? this.#present(caller, record) : 'PermissionDenied'
    })
  }

  /** `database`: undefined for all. */
  query(caller: ModelCaller, database: string | undefined, query: ModelQuery) {
    const denied = this.#deniedField(caller, query)
    if (denied) return 'RecordQueryDenied'
    const lookup: Lookup = (record, field) => this.#targetOf(caller, record, field)
    const found = this.#records
      .filter((record) => record.type === query.type)
      .filter((record) => database === undefined || record.database === database)
      .filter((record) => this.#mayRead(caller, record))
      .filter((record) => !query.predicate || evaluate(query.predicate, record, lookup) === true)
      .sort((a, b) => compareByKeys(query.sort, a, b, lookup))
    const end = query.limit === undefined ? undefined : query.offset + query.limit
    const items = found.slice(query.offset, end).map((record) => this.#present(caller, record))
    return { items, count: found.length }
  }

  #batch<Input>(inputs: Input[], atomic: boolean, work: (input: Input) => Item): Item[] | string {
    const before = structuredClone(this.#records)
    const items = inputs.map(work)
    if (!atomic || items.every((item) => typeof item !== 'string')) return items
    this.#records = before
    return 'AtomicOperationFailure'
  }

  #saveOne(caller: ModelCaller, database: string, input: RecordToSave, atomic: boolean): Item {
    const { _id: id, _access: access, ...fields } = input
    const [type, key] = id.split('/') as [string, string]
    const old = this.#find(database, id)
    if (old ? !this.#mayWrite(caller, old) : !this.#mayCreate(caller, type))
      return 'PermissionDenied'

    const author = caller.id ?? '_god'
    const owner = old?.owner ?? author
    const changes = Object.entries(fields as Record<string, Json>).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(old?.fields[name] ?? null),
    )
    const isWritable = ([name]: [string, Json]) =>
      this.#mayUse(caller, type, name, 'writable', caller.id === owner)
    if (atomic && !changes.every(isWritable)) return 'DeniedArgument'

    const record: ModelRecord = {
      database,
      type,
      key,
      owner,
      createdBy: old?.createdBy ?? author,
      updatedBy: author,
      access: access ?? (old ? old.access : (this.defaultAccess[type] ?? null)),
      fields: { ...old?.fields, ...Object.fromEntries(changes.filter(isWritable)) },
      targets: {},
    }
    for (const [name, value] of Object.entries(record.fields)) {
      if (value === null) delete record.fields[name]
      const target = referenceOf(value)
      if (target === undefined) continue
      const place = [database, PUBLIC].find(
        (place) => this.#find(place, target) || (place === database && target === id),
      )
      if (place === undefined) return 'InvalidArgument'
      record.targets[name] = place
    }
    this.#records = [...this.#records.filter((other) => other !== old), record]
    return this.#present(caller, record)
  }

  #deleteOne(caller: ModelCaller, database: string, id: string): Item {
    const record = this.#find(database, id)
    if (!record) return 'ResourceNotFound'
    if (!this.#mayWrite(caller, record)) return 'PermissionDenied'
    const isReferenced = this.#records.some(
      (other) =>
        other !== record &&
        Object.entries(other.targets).some(
          ([field, place]) => place === database && referenceOf(other.fields[field] ?? null) === id,
        ),
    )
    if (isReferenced) return 'ConstraintViolated'
    this.#records = this.#records.filter((other) => other !== record)
    return { _id: id, _type: 'record' }
  }

  #find(database: string, id: string): ModelRecord | undefined {
    return this.#records.find((one) => one.database === database && `${one.type}/${one.key}` === id)
  }

  #targetOf(caller: ModelCaller, record: ModelRecord, field: string): ModelRecord | undefined {
    const id = referenceOf(record.fields[field] ?? null)
    const place = record.targets[field]
    const target = id === undefined || place === undefined ? undefined : this.#find(place, id)
    return target && this.#mayRead(caller, target) ? target : undefined
  }

  #mayCreate(caller: ModelCaller, type: string): boolean {
    const roles = this.createRoles[type] ?? []
    return (
      caller.isMaster || roles.length === 0 || roles.some((role) => caller.roles.includes(role))
    )
  }

  #mayRead(caller: ModelCaller, record: ModelRecord): boolean {
    return record.database !== PUBLIC || this.#isAllowed(caller, record, 'read')
  }

  #mayWrite(caller: ModelCaller, record: ModelRecord): boolean {
    return this.#isAllowed(caller, record, 'write')
  }

  #isAllowed(
    caller: ModelCaller,
    { owner, access }: ModelRecord,
    level: 'read' | 'write',
  ): boolean {
    if (caller.isMaster || caller.id === owner || access === null) return true
    return access.some(
      (entry) =>
        (level === 'read' || entry.level === 'write') &&
        (entry.public ||
          (entry.role !== undefined && caller.roles.includes(entry.role)) ||
          (entry.user_id !== undefined && entry.user_id === caller.id)),
    )
  }

  /** The first rule in this order that means the caller decides; without one, nobody may. */
  #mayUse(
    caller: ModelCaller,
    type: string,
    field: string,
    right: 'readable' | 'writable' | 'comparable' | 'discoverable',
    isOwner: boolean,
  ): boolean {
    const rules = this.fieldRules.filter(
      (rule) => rule.record_type === type && rule.record_field === field,
    )
    if (caller.isMaster || rules.length === 0) return true
    const roles = [
      ...(isOwner ? ['_owner'] : []),
      ...(caller.id ? caller.roles.map((role) => `_role:${role}`) : []),
      ...(caller.id ? ['_any_user'] : []),
      '_public',
    ]
    const role = roles.find((one) => rules.some((rule) => rule.user_role === one))
    return rules.some((rule) => rule.user_role === role && rule[right])
  }

  #deniedField(caller: ModelCaller, { type, predicate, sort }: ModelQuery): boolean {
    const mayUse = (path: string, rights: ('comparable' | 'discoverable')[]) => {
      const [field, inner] = partsOf(path)
      const used: [string, string][] = [[type, field]]
      if (inner !== undefined) used.push(['city', inner])
      return used.every(([type, field]) =>
        rights.some((right) => this.#mayUse(caller, type, field, right, false)),
      )
    }
    const compared = predicate ? pathsOf(predicate, true) : []
    return (
      compared.some(([path, byEquality]) =>
        byEquality ? !mayUse(path, ['comparable', 'discoverable']) : !mayUse(path, ['comparable']),
      ) || sort.some(([term]) => pathsIn(term).some((path) => !mayUse(path, ['comparable'])))
    )
  }

  #present(caller: ModelCaller, record: ModelRecord): Item {
    const readable = Object.entries(record.fields).filter(([name]) =>
      this.#mayUse(caller, record.type, name, rightOf.read, caller.id === record.owner),
    )
    return {
      _id: `${record.type}/${record.key}`,
      _type: 'record',
      _access: record.access,
      _ownerID: record.owner,
      _created_by: record.createdBy,
      _updated_by: record.updatedBy,
      ...Object.fromEntries(readable),
    }
  }
}

function referenceOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value['$type'] === 'ref' ? String(value['$id']) : undefined
}

/** Key paths of a predicate, each with whether it is only compared for equality. */
function pathsOf([op, ...operands]: Json[], byEquality: boolean): [string, boolean][] {
  if (op === 'and' || op === 'or' || op === 'not') {
    return operands.flatMap((operand) => pathsOf(operand as Json[], byEquality && op === 'and'))
  }
  return operands.flatMap((operand) =>
    pathsIn(operand).map((path): [string, boolean] => [
      path,
      byEquality && (op === 'eq' || op === 'in') && !Array.isArray(operand),
    ]),
  )
}

function pathsIn(term: Json): string[] {
  if (Array.isArray(term)) return term[0] === 'func' ? pathsIn(term[2] ?? null) : []
  const name = typeof term === 'object' && term !== null ? term['$val'] : undefined
  return typeof name === 'string' && !name.startsWith('_') ? [name] : []
}
