import { ApiError, invalidArgument } from '../../errors.ts'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import { type Caller, MASTER_USER_ID } from '../../security/authenticate.ts'

/**
 * Finds the database that a `database_id` names: absent or of another type than text, the public
 * one; a user id, that user's private one.
 *
 * Throws NotAuthenticated, PermissionDenied or InvalidArgument.
 */
export function resolveDatabase(id: unknown, caller: Caller): string {
  if (typeof id !== 'string' || id === '' || id === '_public') return PUBLIC_DATABASE
  const userId = caller.user?.account.id ?? (caller.key === 'master' ? MASTER_USER_ID : undefined)
  if (id === '_private') {
    if (userId) return userId
    throw new ApiError('NotAuthenticated', 'Authentication is needed for private DB access')
  }
  if (id === '_union') return refuseUnion(caller)
  if (id.startsWith('_')) throw invalidArgument('invalid database ID', 'database_id')
  if (id !== userId && caller.key !== 'master') {
    throw new ApiError(
      'PermissionDenied',
      'The selected DB cannot be accessed because permission is denied',
    )
  }
  return id
}

function refuseUnion(caller: Caller): never {
  if (caller.key !== 'master') {
    throw new ApiError('NotAuthenticated', 'Master key is needed for union DB access')
  }
  throw new ApiError('NotSupported', 'The union database is not supported.')
}
