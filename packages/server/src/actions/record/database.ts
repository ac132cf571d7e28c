import { ApiError, invalidArgument } from '../../errors.ts'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import { type Caller, MASTER_USER_ID } from '../../security/authenticate.ts'

/**
 * Finds the database that a `database_id` names: absent or of another type than text, the public
 * one; a user id, that user's private one.
 *
 * Throws NotAuthenticated, PermissionDenied, InvalidArgument or, for all databases at once,
 * NotSupported.
 */
export function databaseToWrite(id: unknown, caller: Caller): string {
  const databaseId = databaseToRead(id, caller)
  if (databaseId === undefined) {
    throw new ApiError('NotSupported', 'modifying the selected database is not supported')
  }
  return databaseId
}

/** The same for reading; undefined for all databases at once, which the master key may read. */
export function databaseToRead(id: unknown, caller: Caller): string | undefined {
  if (typeof id !== 'string' || id === '' || id === '_public') return PUBLIC_DATABASE
  const userId = caller.user?.account.id ?? (caller.key === 'master' ? MASTER_USER_ID : undefined)
  if (id === '_private') {
    if (userId) return userId
    throw new ApiError('NotAuthenticated', 'Authentication is needed for private DB access')
  }
  if (id === '_union') {
    if (caller.key === 'master') return undefined
    throw new ApiError('NotAuthenticated', 'Master key is needed for union DB access')
  }
  if (id.startsWith('_')) throw invalidArgument('invalid database ID', 'database_id')
  if (id !== userId && caller.key !== 'master') {
    throw new ApiError(
      'PermissionDenied',
      'The selected DB cannot be accessed because permission is denied',
    )
  }
  return id
}
