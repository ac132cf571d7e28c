import { invalidArgument } from './errors.ts'
import { fromWire, READ_VALUE, toDate, toWire } from './wire-value.ts'

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

/**
 * A record as `skygear/auth` knows it: its data are its own properties, as in `user['username']`.
 *
 * What the server keeps about it (`createdAt`, …) is readable too, but does not show up when the
 * record is printed, spread or listed.
 */
export class BaseRecord {
  [attribute: string]: unknown
  /** The key, unique within the record type. */
  declare readonly _id: string
  declare readonly recordType: string
  declare readonly ownerID: string | undefined
  declare readonly createdAt: Date | undefined
  declare readonly createdBy: string | undefined
  declare readonly updatedAt: Date | undefined
  declare readonly updatedBy: string | undefined
  /** What came along with the record without being stored in it. */
  declare readonly $transient: Attributes

  /**
   * `attributes` may carry an `_id` of `<recordType>/<key>`; a record without one gets a new key.
   *
   * @throws SkygearError when the type is not usable, or not that of the `_id`
   */
  constructor(recordType: string, attributes: Attributes = {}) {
    checkRecordType(recordType)
    // On the prototype already in classes made by extend(), so that clones of their records have it.
    if (this.recordType !== recordType) hide(this, 'recordType', recordType)
    for (const name of Object.values(META_NAMES)) {
      // What a derived class has an accessor for stays its own.
      if (!(name in this)) hide(this, name, undefined)
    }
    hide(this, '$transient', {})
    Object.assign(this, { _id: keyOf(recordType, attributes['_id']) })
    assign(this, attributes)
  }

  /** `<type>/<key>`, unique in the database. */
  get id(): string {
    return `${this.recordType}/${this._id}`
  }

  /** Everything about the record, as the server would describe it. */
  toJSON(): Attributes {
    const json: Attributes = { _id: this.id, _access: this['access'] ?? null }
    for (const [wireName, name] of Object.entries(META_NAMES)) {
      const value = this[name]
      if (value instanceof Date) json[wireName] = value.toISOString()
      else if (value && Object.keys(value).length > 0) json[wireName] = toWire(value)
    }
    return Object.assign(json, attributesToWire(this))
  }

  [READ_VALUE](value: unknown): unknown {
    return fromWire(value)
  }
}

/** @throws SkygearError for what cannot be the type of a record */
export function checkRecordType(recordType: string): void {
  if (!recordType || recordType.startsWith('_')) {
    throw invalidArgument(`"${recordType}" is not a record type.`)
  }
}

/** The attributes of a record in the form in which they are sent. */
export function attributesToWire(record: BaseRecord): Attributes {
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

export function attributeNames(record: BaseRecord): string[] {
  return Object.keys(record).filter(isAttributeName)
}

/** Takes over attributes, and what the server says of the record, under the names of the wire. */
export function assign(record: BaseRecord, attributes: Attributes): void {
  for (const [name, json] of Object.entries(attributes)) {
    const value = record[READ_VALUE](json)
    const metaName = Object.hasOwn(META_NAMES, name) && META_NAMES[name]
    if (metaName) record[metaName] = (/_at$/.test(name) && toDate(json)) || value
    else if (isAttributeName(name)) {
      const visible = { value, writable: true, enumerable: true, configurable: true }
      // Defined, not set: a class may have an accessor of that name.
      Object.defineProperty(record, name, visible)
    }
  }
}

/** Gives an object a property that is not listed with its others. */
export function hide(target: object, name: string | symbol, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true })
}

function isAttributeName(name: string): boolean {
  return !name.startsWith('_') && !RESERVED_NAMES.includes(name)
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
