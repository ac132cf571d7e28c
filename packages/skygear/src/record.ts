import { invalidArgument } from './errors.ts'
import { fromWire, toDate, toWire } from './wire-value.ts'

/** One line of a record's access list: who may do what. */
export interface AccessEntry {
  level: 'read' | 'write'
  public?: boolean
  role?: string
  user_id?: string
  relation?: unknown
}

/** Values by name. */
export interface Attributes {
  [attribute: string]: unknown
}

/** A class of records of one type, as made by `Record.extend`. */
export interface RecordClass {
  new (attributes?: Attributes): Record
  readonly recordType: string
  readonly prototype: Record
  fromJSON(json: Attributes): Record
}

/** What the server keeps about a record, and the names it goes by on the wire. */
const META_NAMES: { [wireName: string]: string } = {
  _access: 'access',
  _ownerID: 'ownerID',
  _created_at: 'createdAt',
  _created_by: 'createdBy',
  _updated_at: 'updatedAt',
  _updated_by: 'updatedBy',
  _transient: '$transient',
}

/** Never taken for attributes: properties that a record has besides its data. */
const RESERVED_NAMES = ['id', 'recordType', ...Object.values(META_NAMES)]

/** The access list as the server last gave it, in JSON. */
const RECEIVED_ACCESS = Symbol('received access')

/** Kept by the server; sending old values back would only ask it to ignore them. */
const SERVER_MANAGED_NAMES = ['last_login_at', 'last_seen_at']

/**
 * A record of the database: its data are its own properties, as in `user['username']`.
 *
 * What the server keeps about it (`access`, `createdAt`, …) is readable too, but does not show up
 * when the record is printed, spread or listed.
 */
export class Record {
  [attribute: string]: unknown
  /** The key, unique within the record type. */
  declare readonly _id: string
  declare readonly recordType: string
  /** Who may read and write; null when nobody has said. */
  declare access: AccessEntry[] | null | undefined
  declare readonly ownerID: string | undefined
  declare readonly createdAt: Date | undefined
  declare readonly createdBy: string | undefined
  declare readonly updatedAt: Date | undefined
  declare readonly updatedBy: string | undefined
  /** What came along with the record without being stored in it. */
  declare readonly $transient: Attributes
  declare [RECEIVED_ACCESS]: string | undefined

  /**
   * `attributes` may carry an `_id` of `<recordType>/<key>`; a record without one gets a new key.
   *
   * @throws SkygearError when the type is not usable, or not that of the `_id`
   */
  constructor(recordType: string, attributes: Attributes = {}) {
    if (!recordType || recordType.startsWith('_')) {
      throw invalidArgument(`"${recordType}" is not a record type.`)
    }
    // On the prototype already in classes made by extend(), so that clones of their records have it.
    if (this.recordType !== recordType) hide(this, 'recordType', recordType)
    for (const name of Object.values(META_NAMES)) hide(this, name, undefined)
    hide(this, '$transient', {})
    hide(this, RECEIVED_ACCESS, undefined)
    Object.assign(this, { _id: keyOf(recordType, attributes['_id']) })
    assign(this, attributes)
  }

  /** A class whose records are of the given type, and have the given methods. */
  static extend(recordType: string, methods: object = {}): RecordClass {
    class TypedRecord extends Record {
      static readonly recordType = recordType
      constructor(attributes?: Attributes) {
        super(recordType, attributes)
      }
      static override fromJSON(json: Attributes): Record {
        const record = new TypedRecord({ _id: json['_id'] })
        receive(record, json)
        return record
      }
    }
    hide(TypedRecord, 'name', `Record(${recordType})`)
    hide(TypedRecord.prototype, 'recordType', recordType)
    Object.assign(TypedRecord.prototype, methods)
    return TypedRecord
  }

  /** The record that `toJSON()` or the server has described. */
  static fromJSON(json: Attributes): Record {
    const { _id } = json
    const record = new Record(Record.parseID(String(_id))[0], { _id })
    receive(record, json)
    return record
  }

  /** Splits `<type>/<key>`. */
  static parseID(id: string): [recordType: string, key: string] {
    const slash = id.indexOf('/')
    if (slash < 1) throw invalidArgument(`"${id}" is not an id of the form "type/key".`)
    return [id.slice(0, slash), id.slice(slash + 1)]
  }

  /** `<type>/<key>`, unique in the database. */
  get id(): string {
    return `${this.recordType}/${this._id}`
  }

  /** Puts the given attributes in the place of all that the record has, as after saving it. */
  update(attributes: Attributes): void {
    receive(this, attributes)
  }

  /** Everything about the record, as the server would describe it. */
  toJSON(): Attributes {
    const json: Attributes = { _id: this.id, _access: this.access ?? null }
    for (const [wireName, name] of Object.entries(META_NAMES)) {
      const value = this[name]
      if (value instanceof Date) json[wireName] = value.toISOString()
      else if (value && Object.keys(value).length > 0) json[wireName] = toWire(value)
    }
    return Object.assign(json, attributesToWire(this))
  }
}

/**
 * Lets a record be what the server says it is. Not left to the method `update`, which a record with
 * an attribute of that name would not have.
 */
export function receive(record: Record, json: Attributes): void {
  for (const name of attributeNames(record)) delete record[name]
  assign(record, json)
  if ('_access' in json) record[RECEIVED_ACCESS] = JSON.stringify(record.access)
}

/**
 * What `save` sends of a record. The access list goes along only if it was changed here: sending
 * back what was received would fix a list in place where there was none.
 */
export function toSavedJSON(record: Record): Attributes {
  const json: Attributes = { _id: record.id }
  const access = JSON.stringify(record.access)
  if (access !== record[RECEIVED_ACCESS]) json['_access'] = record.access
  Object.assign(json, attributesToWire(record))
  if (record.recordType === 'user') for (const name of SERVER_MANAGED_NAMES) delete json[name]
  return json
}

function attributesToWire(record: Record): Attributes {
  const json: Attributes = {}
  for (const name of attributeNames(record)) {
    const value = record[name]
    if (value === undefined) {
      throw invalidArgument(`Unsupported undefined value of record key: ${name}`)
    }
    json[name] = toWire(value)
  }
  return json
}

function attributeNames(record: Record): string[] {
  return Object.keys(record).filter(isAttributeName)
}

function isAttributeName(name: string): boolean {
  return !name.startsWith('_') && !RESERVED_NAMES.includes(name)
}

function assign(record: Record, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const metaName = Object.hasOwn(META_NAMES, name) && META_NAMES[name]
    if (metaName) record[metaName] = (/_at$/.test(name) && toDate(value)) || fromWire(value)
    else if (isAttributeName(name)) record[name] = fromWire(value)
  }
}

function hide(target: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true })
}

function keyOf(recordType: string, id: unknown): string {
  if (id === undefined) return createKey()
  const key = String(id)
  if (!key.includes('/')) return key
  const prefix = `${recordType}/`
  if (!key.startsWith(prefix)) throw invalidArgument(`"${key}" is not the id of a ${recordType}.`)
  return key.slice(prefix.length)
}

/** A random UUID. It only has to be new, so where the platform has no generator any will do. */
function createKey(): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.random() * 256)
  globalThis.crypto?.getRandomValues(bytes)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
