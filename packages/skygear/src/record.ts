import { ACL, type UserOrID } from './acl.ts'
import {
  type AccessEntry,
  type Attributes,
  assign,
  attributeNames,
  attributesToWire,
  BaseRecord,
  checkRecordType,
  hide,
} from './base-record.ts'
import { invalidArgument } from './errors.ts'
import type { Role } from './role.ts'
import type { UserFields } from './user.ts'
import { readTypedValue } from './values.ts'
import { fromWire, READ_VALUE } from './wire-value.ts'

/** A class of records of one type, as made by `Record.extend`. */
export interface RecordClass<Fields extends object = object> {
  new (attributes?: Partial<Fields> & Attributes): Record & Fields
  new (attributes: Partial<Fields>): Record & Fields
  readonly recordType: string
  readonly prototype: Record & Fields
  fromJSON(json: Attributes): Record & Fields
  parseID(id: string): [recordType: string, key: string]
}

/** The access list, if there is one or it was looked at. */
const ACCESS: unique symbol = Symbol('access')

/** The access list as the server last gave it, in JSON; undefined until it did. */
const RECEIVED_ACCESS: unique symbol = Symbol('received access')

/** Kept by the server; sending old values back would only ask it to ignore them. */
const SERVER_MANAGED_NAMES = ['last_login_at', 'last_seen_at']

/**
 * A record of the database: its data are its own properties, as in `user['username']`.
 *
 * What the server keeps about it (`access`, `createdAt`, …) is readable too, but does not show up
 * when the record is printed, spread or listed.
 */
export class Record extends BaseRecord {
  declare [ACCESS]: ACL | undefined
  declare [RECEIVED_ACCESS]: string | undefined

  /**
   * A class whose records are of the given type, and have the given methods.
   *
   * `Fields` types their attributes: `Record.extend<{ title: string }>('note')`.
   *
   * @throws SkygearError when the type is not usable
   */
  static extend<Fields extends object = object, Methods extends object = object>(
    recordType: string,
    methods?: Methods & ThisType<Record & Fields & Methods>,
  ): RecordClass<Fields & Methods> {
    checkRecordType(recordType)
    class TypedRecord extends Record {
      static readonly recordType = recordType
      constructor(attributes?: Attributes) {
        super(recordType, attributes)
      }
      static override fromJSON(json: Attributes): Record {
        // Of the class that is asked, which an app may have derived from this one.
        return read(new this({ _id: json['_id'] }), json)
      }
    }
    hide(TypedRecord, 'name', `Record(${recordType})`)
    hide(TypedRecord.prototype, 'recordType', recordType)
    Object.assign(TypedRecord.prototype, methods)
    // Which attributes there are is known to the app alone.
    return TypedRecord as unknown as RecordClass<Fields & Methods>
  }

  /** The record that `toJSON()` or the server has described. */
  static fromJSON(json: Attributes): Record {
    const { _id } = json
    return read(new Record(Record.parseID(String(_id))[0], { _id }), json)
  }

  /** Splits `<type>/<key>`. */
  static parseID(id: string): [recordType: string, key: string] {
    const slash = id.indexOf('/')
    if (slash < 1) throw invalidArgument(`"${id}" is not an id of the form "type/key".`)
    return [id.slice(0, slash), id.slice(slash + 1)]
  }

  /**
   * Who may read and write, besides the owner.
   *
   * A record that has been given no access list shows the one that a change starts from: everybody
   * may read. Until it is changed none is sent, and the server decides.
   */
  get access(): ACL {
    if (!this[ACCESS]) hide(this, ACCESS, ACL.unchosen())
    return this[ACCESS] as ACL
  }
  set access(access: ACL | readonly AccessEntry[] | null | undefined) {
    const isList = Array.isArray(access)
    hide(this, ACCESS, isList ? new ACL(access as AccessEntry[]) : (access ?? undefined))
  }

  /** The names of the attributes. */
  get attributeKeys(): string[] {
    return attributeNames(this)
  }

  setAccess(access: ACL | readonly AccessEntry[] | null): void {
    this.access = access
  }

  setPublicNoAccess(): void {
    this.access.setPublicNoAccess()
  }
  setPublicReadOnly(): void {
    this.access.setPublicReadOnly()
  }
  setPublicReadWriteAccess(): void {
    this.access.setPublicReadWriteAccess()
  }
  setNoAccessForRole(role: Role | string): void {
    this.access.setNoAccessForRole(role)
  }
  setReadOnlyForRole(role: Role | string): void {
    this.access.setReadOnlyForRole(role)
  }
  setReadWriteAccessForRole(role: Role | string): void {
    this.access.setReadWriteAccessForRole(role)
  }
  setNoAccessForUser(user: UserOrID): void {
    this.access.setNoAccessForUser(user)
  }
  setReadOnlyForUser(user: UserOrID): void {
    this.access.setReadOnlyForUser(user)
  }
  setReadWriteAccessForUser(user: UserOrID): void {
    this.access.setReadWriteAccessForUser(user)
  }

  hasPublicReadAccess(): boolean {
    return this.access.hasPublicReadAccess()
  }
  hasPublicWriteAccess(): boolean {
    return this.access.hasPublicWriteAccess()
  }
  hasReadAccessForRole(role: Role | string): boolean {
    return this.access.hasReadAccessForRole(role)
  }
  hasWriteAccessForRole(role: Role | string): boolean {
    return this.access.hasWriteAccessForRole(role)
  }
  hasReadAccessForUser(user: UserOrID): boolean {
    return this.access.hasReadAccessForUser(user)
  }
  hasWriteAccessForUser(user: UserOrID): boolean {
    return this.access.hasWriteAccessForUser(user)
  }

  /** Puts the given attributes in the place of all that the record has, as after saving it. */
  update(attributes: Attributes): void {
    receive(this, attributes)
  }

  override toJSON(): Attributes {
    return { ...super.toJSON(), _access: chosenAccess(this) }
  }

  override [READ_VALUE](value: unknown): unknown {
    return fromWire(value, readTypedValue)
  }
}

/** The record of a user; `Profile` types the attributes that an app adds. */
export type User<Profile extends object = object> = Record & UserFields & Profile

/** Records of the users themselves. */
export const UserRecord: RecordClass<UserFields> = /* @__PURE__ */ Record.extend<UserFields>('user')

/**
 * Lets a record be what the server says it is. Not left to the method `update`, which a record with
 * an attribute of that name would not have.
 */
export function receive(record: Record, json: Attributes): void {
  for (const name of attributeNames(record)) delete record[name]
  assign(record, json)
  const { $transient } = record
  for (const [name, value] of Object.entries($transient ?? {})) {
    const included = Object(value) as Attributes
    if (included['_type'] === 'record') $transient[name] = Record.fromJSON(included)
  }
  if ('_access' in json) hide(record, RECEIVED_ACCESS, JSON.stringify(chosenAccess(record)))
}

/**
 * What `save` sends of a record. The access list goes along only if it was changed here: sending
 * back what was received would fix a list in place where there was none. `defaultAccess` is for
 * records that were made here, and have none.
 */
export function toSavedJSON(record: Record, defaultAccess?: ACL): Attributes {
  const json: Attributes = { _id: record.id }
  const received = record[RECEIVED_ACCESS]
  const access = chosenAccess(record) ?? (received === undefined && defaultAccess?.toJSON())
  if (access && JSON.stringify(access) !== received) json['_access'] = access
  for (const name of attributeNames(record)) {
    if (record[name] instanceof BaseRecord) {
      throw invalidArgument(`To save a record in ${name}, use a Reference to it.`)
    }
  }
  Object.assign(json, attributesToWire(record))
  if (record.recordType === 'user') for (const name of SERVER_MANAGED_NAMES) delete json[name]
  return json
}

function read(record: Record, json: Attributes): Record {
  receive(record, json)
  return record
}

function chosenAccess(record: Record): AccessEntry[] | null {
  const access = record[ACCESS]
  return access?.isChosen ? access.toJSON() : null
}
