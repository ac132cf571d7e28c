import type { Kysely } from 'kysely'
import { PUBLIC_DATABASE } from '../../records/record.ts'
import { type Finding, ok, problem, warning } from '../finding.ts'
import { readMigrationState } from './migrate.ts'
import { countMails } from './outbox-mails.ts'
import type { Tables } from './schema.ts'

/** A session may have been opened by a machine whose clock is a little ahead. */
const CLOCK_TOLERANCE_MS = 60_000

/** A mail server that answers takes a mail in less. */
const MAILS_WAIT_MS = 10 * 60_000

/** Looks at what the tables of a database hold. Changes nothing. */
export async function examineContents(db: Kysely<Tables>, now: number): Promise<Finding[]> {
  const { applied, pending, newer } = await readMigrationState(db)
  if (applied.length === 0) {
    return [ok('database', 'There are no tables yet; the server makes them when it starts.')]
  }
  const tables =
    newer.length > 0
      ? warning(
          'database',
          `A newer version of the server has migrated the database (${newer.join(', ')}).`,
          'Upgrade this one; only the version before the newest is known to work with it.',
        )
      : describePending(pending)
  const findings = [tables, await examineUsers(db), await examineTimes(db, now)]
  return applied.includes('0003-mail') ? [...findings, await examineMails(db, now)] : findings
}

function describePending(pending: string[]): Finding {
  return pending.length === 0
    ? ok('database', 'The tables are up to date.')
    : warning(
        'database',
        `The tables are of an older version; to be applied: ${pending.join(', ')}.`,
        'Run `skygear-server migrate`, or start the server, which does it too.',
      )
}

async function examineUsers(db: Kysely<Tables>): Promise<Finding> {
  const { count } = await db
    .selectFrom('account')
    .leftJoin('record', (join) =>
      join
        .onRef('record.key', '=', 'account.id')
        .on('record.type', '=', 'user')
        .on('record.database_id', '=', PUBLIC_DATABASE),
    )
    .where('record.key', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count) === 0
    ? ok('database', 'Every account has its user record.')
    : problem(
        'database',
        `${count} accounts have no user record, and cannot log in.`,
        'Something has changed the tables from outside; restore a backup.',
      )
}

async function examineTimes(db: Kysely<Tables>, now: number): Promise<Finding> {
  const { newest } = await db
    .selectFrom('session')
    .select((eb) => eb.fn.max('created_at').as('newest'))
    .executeTakeFirstOrThrow()
  return newest !== null && newest > now + CLOCK_TOLERANCE_MS
    ? problem(
        'clock',
        `The newest session is of ${new Date(newest).toISOString()}, which is yet to come.`,
        'Set the clock of this machine, with an NTP client such as chrony.',
      )
    : ok('clock', 'No session is from the future.')
}

async function examineMails(db: Kysely<Tables>, now: number): Promise<Finding> {
  const { pending, failed, oldestPendingMs } = await countMails(db, now)
  const remedy = 'The log of the server says why; check SMTP_URL and MAIL_FROM.'
  if (oldestPendingMs > MAILS_WAIT_MS) {
    const minutes = Math.round(oldestPendingMs / 60_000)
    const what = `${pending} mails wait to be sent, the oldest for ${minutes} minutes.`
    return warning('outbox', what, remedy)
  }
  if (failed > 0) {
    return warning('outbox', `${failed} mails of the last days could not be sent.`, remedy)
  }
  return ok('outbox', 'No mail waits for long.')
}
