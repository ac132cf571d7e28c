import type { Migration } from 'kysely/migration'
import * as usersAndRecords from './0001-users-and-records.ts'

/** Every migration in order. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-users-and-records': usersAndRecords,
}
