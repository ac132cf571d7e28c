import { ApiError } from '../errors.ts'

/** Whether the server can serve; whoever finds out sets it. */
export interface Readiness {
  /** The tables are there and up to date. */
  isPrepared: boolean
  /** What is under way is finished, and nothing new is asked for. */
  isStopping: boolean
}

/** The answer while the database is away: try again, and stay logged in. */
export function databaseUnavailable(cause?: unknown): ApiError {
  return new ApiError('UnexpectedUnableToOpenDatabase', 'The database does not answer.', {
    cause,
    retryAfterSeconds: 1,
  })
}
