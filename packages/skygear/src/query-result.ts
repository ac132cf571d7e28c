import { hide } from './base-record.ts'
import type { Record } from './record.ts'

/** The records that a query has found. What is made of it, as by `map`, is an ordinary array. */
export class QueryResult<Found = Record> extends Array<Found> {
  /** How many records match in all, if the query asked for that. */
  declare readonly overallCount: number | undefined

  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

/** The result that holds these records. */
export function createQueryResult<Found>(
  records: Found[],
  overallCount: unknown,
): QueryResult<Found> {
  const result = new QueryResult<Found>()
  for (const record of records) result.push(record)
  // Not listed, so that nothing takes it for one of the records.
  hide(result, 'overallCount', overallCount)
  return result
}
