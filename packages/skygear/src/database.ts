import type { ACL } from './acl.ts'
import type { AccessEntry, Attributes } from './base-record.ts'
import type { Answer, Connection } from './connection.ts'
import {
  invalidArgument,
  isErrorObject,
  SkygearError,
  serverError,
  unexpectedAnswer,
} from './errors.ts'
import { ErrorCodes } from './generated/protocol.ts'
import { Query, type QueryableClass } from './query.ts'
import { createQueryResult, type QueryResult } from './query-result.ts'
import { Record, type RecordClass, receive, toSavedJSON } from './record.ts'
import { type Role, roleNames } from './role.ts'
import type { SessionUser } from './session-store.ts'
import { isPlainObject } from './wire-value.ts'

/** How to save. */
export interface SaveOptions {
  /** Saves all records or, if one of them is refused, none. */
  atomic?: boolean
}

/** How to delete. */
export interface DeleteOptions {
  /** Deletes all records or, if one of them cannot be deleted, none. */
  atomic?: boolean
}

/** What became of several records: at each one's place either the record or its error. */
export interface SaveResult<Saved extends Record = Record> {
  savedRecords: Array<Saved | undefined>
  errors: Array<SkygearError | undefined>
}

/** The records that everybody shares (`_public`), or those that only their owner sees (`_private`). */
export class Database {
  readonly dbID: string
  readonly #connection: Connection<SessionUser>

  constructor(connection: Connection<SessionUser>, dbID: string) {
    this.#connection = connection
    this.dbID = dbID
  }

  /**
   * Saves a record, which then holds what the server has stored. The `currentUser` that is
   * remembered stays as it was until `whoami()`.
   */
  save<Saved extends Record>(
    record: Saved | readonly [Saved],
    options?: SaveOptions,
  ): Promise<Saved>
  /** Saves several records; some may be refused while others are saved, unless `atomic` is set. */
  save<Saved extends Record>(
    records: readonly [Saved, Saved, ...Saved[]],
    options?: SaveOptions,
  ): Promise<SaveResult<Saved>>
  /** Saves a list of records. Of a list of one, the outcome is that of the record alone. */
  save<Saved extends Record>(
    records: readonly Saved[],
    options?: SaveOptions,
  ): Promise<SaveResult<Saved> | Saved>
  async save(
    input: Record | readonly Record[],
    { atomic }: SaveOptions = {},
  ): Promise<Record | SaveResult> {
    const records = listOf(input)
    const outcomes = await this.#send('record:save', records, {
      records: records.map((record) => toSavedJSON(record, this.newRecordAccess)),
      ...(atomic && { atomic }),
    })
    const savedRecords = records.map((record, index) => {
      const { item } = outcomes[index]!
      if (!item) return undefined
      receive(record, item)
      return record
    })
    const errors = outcomes.map(({ error }) => error)
    if (records.length !== 1) return { savedRecords, errors }
    if (errors[0]) throw errors[0]
    return records[0]!
  }

  /**
   * Gives the records that match the query, and that the user may read.
   *
   * Results are not kept anywhere. A second argument, which the SDK up to 1.7 called with a result
   * of earlier, is ignored.
   */
  async query<Found extends Record>(
    query: Query<Found>,
    _cacheCallback?: unknown,
  ): Promise<QueryResult<Found>> {
    if (!(query instanceof Query)) throw invalidArgument('This is not a query.')
    const { limit, offset, page } = query
    const { result, info } = await this.#request('record:query', {
      ...query.toJSON(),
      ...(!offset && page > 0 && { offset: limit * (page - 1) }),
    })
    const records = itemsOf(result).map((json) => readRecord(query.recordClass, json))
    return createQueryResult(records, info?.['count'])
  }

  /** Gives the record of the id `<type>/<key>`, or rejects if there is none that one may read. */
  async getRecordByID(id: string): Promise<Record> {
    const [recordType, key] = Record.parseID(id)
    const query = new Query(Record.extend(recordType)).equalTo('_id', key)
    const [record] = await this.query(query)
    if (record) return record
    throw new SkygearError(`${id} does not exist`, ErrorCodes.ResourceNotFound)
  }

  /** Deletes a record. */
  delete(record: Record | readonly [Record], options?: DeleteOptions): Promise<undefined>
  /**
   * Deletes several records, and gives the error of each that could not be deleted at its place. Of
   * a list of one, the outcome is that of the record alone.
   */
  delete(
    records: readonly Record[],
    options?: DeleteOptions,
  ): Promise<Array<SkygearError | undefined> | undefined>
  async delete(
    input: Record | readonly Record[],
    { atomic }: DeleteOptions = {},
  ): Promise<Array<SkygearError | undefined> | undefined> {
    const records = listOf(input)
    const outcomes = await this.#send('record:delete', records, {
      ids: records.map(({ id }) => id),
      ...(atomic && { atomic }),
    })
    const errors = outcomes.map(({ error }) => error)
    if (records.length !== 1) return errors
    if (errors[0]) throw errors[0]
    return undefined
  }

  /** The same as `delete`. */
  readonly del = ((records: readonly Record[], options?: DeleteOptions) =>
    this.delete(records, options)) as Database['delete']

  /** What records that were made here, and given no access list, are saved with. */
  protected get newRecordAccess(): ACL | undefined {
    return undefined
  }

  async #send(action: string, records: readonly Record[], input: object): Promise<Outcome[]> {
    const { result } = await this.#request(action, input)
    return itemsOf(result, records.length).map((item) =>
      isErrorObject(item) ? { error: serverError(item, { status: 200 }) } : { item },
    )
  }

  async #request(action: string, input: object): Promise<Answer> {
    const { session, request } = this.#connection
    const since = await session.begin()
    if (this.dbID === '_private' && !since.token) {
      throw new SkygearError(
        'You must login before access to privateDB',
        ErrorCodes.NotAuthenticated,
      )
    }
    return request(action, { database_id: this.dbID, ...input }, since)
  }
}

/** The records that everybody shares, and who may do what with those of a type. */
export class PublicDatabase extends Database {
  readonly #request: Connection<SessionUser>['request']
  #defaultACL: ACL | undefined

  constructor(connection: Connection<SessionUser>) {
    super(connection, '_public')
    this.#request = connection.request
  }

  /** What `setDefaultACL` was given. */
  get defaultACL(): ACL | undefined {
    return this.#defaultACL
  }

  /**
   * Sets the access list for records that are made here, and saved without one of their own. It goes
   * before the one that the server has for records of the type; null leaves them to that again.
   */
  setDefaultACL(acl: ACL | null): void {
    this.#defaultACL = acl ?? undefined
  }

  /** Lets only users with one of the roles create records of the type. */
  async setRecordCreateAccess(
    recordClass: RecordClass,
    roles: ReadonlyArray<Role | string>,
  ): Promise<{ type: string; create_roles?: string[] }> {
    const input = { type: recordClass.recordType, create_roles: roleNames(roles) }
    const { result } = await this.#request('schema:access', input)
    return result as { type: string; create_roles?: string[] }
  }

  /** Sets the access list that the server gives to new records of the type. */
  async setRecordDefaultAccess(
    recordClass: RecordClass,
    acl: ACL,
  ): Promise<{ type: string; default_access: AccessEntry[] }> {
    const input = { type: recordClass.recordType, default_access: acl.toJSON() }
    const { result } = await this.#request('schema:default_access', input)
    return result as { type: string; default_access: AccessEntry[] }
  }

  protected override get newRecordAccess(): ACL | undefined {
    return this.#defaultACL
  }
}

interface Outcome {
  item?: Attributes
  error?: SkygearError
}

/** The items of an answer, which are objects if it is the server's. */
function itemsOf(result: unknown, count?: number): Attributes[] {
  const isList = Array.isArray(result) && result.every(isPlainObject)
  if (isList && (count === undefined || result.length === count)) return result
  throw unexpectedAnswer({ status: 200 })
}

function readRecord<Found extends Record>(
  recordClass: QueryableClass<Found>,
  json: Attributes,
): Found {
  try {
    const record = new recordClass({ _id: json['_id'] })
    receive(record, json)
    return record
  } catch (cause) {
    throw unexpectedAnswer({ status: 200, cause })
  }
}

function listOf(input: Record | readonly Record[]): readonly Record[] {
  const records = Array.isArray(input) ? (input as readonly Record[]) : [input as Record]
  if (!records.every((record) => record instanceof Record)) {
    throw invalidArgument('Only records can be saved and deleted.')
  }
  return records
}
