import type { Migration } from 'kysely/migration'
import * as usersAndRecords from './0001-users-and-records.ts'
import * as recordTypes from './0002-record-types.ts'
import * as mail from './0003-mail.ts'
import * as limits from './0004-limits.ts'
import * as sessions from './0005-sessions.ts'
import * as audit from './0006-audit.ts'

/** Every migration in order. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001-users-and-records': usersAndRecords,
  '0002-record-types': recordTypes,
  '0003-mail': mail,
  '0004-limits': limits,
  '0005-sessions': sessions,
  '0006-audit': audit,
}
