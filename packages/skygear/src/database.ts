import type { Connection } from './connection.ts'
import {
  invalidArgument,
  isErrorObject,
  type SkygearError,
  serverError,
  unexpectedAnswer,
} from './errors.ts'
import { type Attributes, type Record, receive, toSavedJSON } from './record.ts'

/** How to save. */
export interface SaveOptions {
  /** Saves all records or, if one of them is refused, none. */
  atomic?: boolean
}

/** What became of several records: at each one's place either the record or its error. */
export interface SaveResult<Saved extends Record = Record> {
  savedRecords: Array<Saved | undefined>
  errors: Array<SkygearError | undefined>
}

/** The records that everybody shares (`_public`), or those that only their owner sees (`_private`). */
export interface Database {
  readonly dbID: string
  /**
   * Saves a record, which then holds what the server has stored. The `currentUser` that is
   * remembered stays as it was until `whoami()`.
   */
  save<Saved extends Record>(record: Saved, options?: SaveOptions): Promise<Saved>
  /** Saves several records; some may be refused while others are saved, unless `atomic` is set. */
  save<Saved extends Record>(records: Saved[], options?: SaveOptions): Promise<SaveResult<Saved>>
}

/** One database of a client. */
export function createDatabase(connection: Connection<object>, dbID: string): Database {
  async function save(
    input: Record | Record[],
    options: SaveOptions = {},
  ): Promise<Record | SaveResult> {
    const records = Array.isArray(input) ? input : [input]
    if (records.some((record) => !record)) throw invalidArgument('There is no record to save.')

    const items: unknown = await connection.call('record:save', {
      database_id: dbID,
      records: records.map(toSavedJSON),
      ...(options.atomic && { atomic: true }),
    })
    if (!Array.isArray(items) || items.length !== records.length) {
      throw unexpectedAnswer({ status: 200 })
    }
    const outcomes = records.map((record, index) => takeOver(record, items[index]))
    const result: SaveResult = {
      savedRecords: outcomes.map((outcome) => outcome.record),
      errors: outcomes.map((outcome) => outcome.error),
    }
    if (Array.isArray(input)) return result
    if (result.errors[0]) throw result.errors[0]
    return input
  }

  // The overloads say which input gives which output.
  return { dbID, save: save as Database['save'] }
}

interface Outcome {
  record?: Record
  error?: SkygearError
}

function takeOver(record: Record, item: Attributes): Outcome {
  if (isErrorObject(item)) return { error: serverError(item, { status: 200 }) }
  receive(record, item)
  return { record }
}
