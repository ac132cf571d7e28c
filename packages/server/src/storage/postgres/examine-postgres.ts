import pg from 'pg'
import { type Finding, ok, problem, warning } from '../finding.ts'

const TIMEOUT_MS = 5_000

/** The oldest version that its makers still maintain. */
const LEAST_VERSION = 14

/** Clocks further apart than this make sessions end early and late. */
const MAX_CLOCK_DIFFERENCE_MS = 5_000

/** Looks at a database, beside servers that run on it. Changes nothing. */
export async function examinePostgres(url: string): Promise<Finding[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    statement_timeout: TIMEOUT_MS,
  })
  // It may break at any time; the query that is under way says so.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    return [explain(error)]
  }
  try {
    return [...(await examineServer(client)), await examineClock(client)]
  } finally {
    await client.end()
  }
}

async function examineServer(client: pg.Client): Promise<Finding[]> {
  const { rows } = await client.query<ServerFacts>(`
    select version() as version,
      current_setting('server_version_num')::int / 10000 as major,
      current_setting('server_encoding') as encoding,
      current_setting('transaction_read_only') as read_only,
      current_setting('synchronous_commit') as synchronous_commit,
      exists (select 1 from pg_collation where collname = 'und-x-icu') as has_icu`)
  const facts = rows[0]!
  const found: Finding[] = []
  if (facts.major < LEAST_VERSION) {
    const what = `This is PostgreSQL ${facts.major}, which is too old.`
    found.push(problem('database', what, `Upgrade it to ${LEAST_VERSION} or newer.`))
  }
  if (facts.encoding !== 'UTF8') {
    const what = `The database's encoding is ${facts.encoding}, which cannot hold every name.`
    found.push(problem('database', what, "Make one with: create database … encoding 'UTF8'"))
  }
  if (facts.read_only === 'on') {
    const what = 'The database takes no writes: it is a replica, or was set read-only.'
    found.push(problem('database', what, 'Let DATABASE_URL name the primary.'))
  }
  if (facts.synchronous_commit === 'off') {
    const what = 'synchronous_commit is off: what was acknowledged can be lost in a crash.'
    found.push(problem('database', what, 'Switch it on in the configuration of PostgreSQL.'))
  }
  if (!facts.has_icu) {
    const what = 'The collation und-x-icu is missing; case-insensitive record queries will fail.'
    found.push(warning('database', what, 'Use a PostgreSQL that was built with ICU.'))
  }
  const [name] = facts.version.split(' on ')
  return found.length > 0 ? found : [ok('database', `${name} answers, and can be written.`)]
}

interface ServerFacts {
  version: string
  major: number
  encoding: string
  read_only: string
  synchronous_commit: string
  has_icu: boolean
}

async function examineClock(client: pg.Client): Promise<Finding> {
  const before = Date.now()
  const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now')
  const between = (before + Date.now()) / 2
  const difference = Math.round(rows[0]!.now.getTime() - between)
  const size = Math.abs(difference)
  return size <= MAX_CLOCK_DIFFERENCE_MS
    ? ok('clock', `The clocks of this machine and of the database differ by ${size} ms.`)
    : problem(
        'clock',
        `The database's clock is ${size} ms ${difference > 0 ? 'ahead of' : 'behind'} this one.`,
        'Run an NTP client, such as chrony, on both machines.',
      )
}

function explain(error: unknown): Finding {
  const { code = '', message } = error as { code?: string; message: string }
  const what = `PostgreSQL cannot be reached: ${message || code}.`
  return problem('database', what, remedies[code] ?? 'Check DATABASE_URL, and that it is running.')
}

const remedies: Record<string, string> = {
  ENOTFOUND: 'Correct the host in DATABASE_URL.',
  ECONNREFUSED: 'Start PostgreSQL, or correct host and port in DATABASE_URL.',
  '28P01': 'Correct the user and password in DATABASE_URL.',
  '28000': 'Let pg_hba.conf take this user from this machine.',
  '3D000': 'Make the database with `createdb`, or correct its name in DATABASE_URL.',
  '53300': 'Raise max_connections; every server process takes up to 10.',
}
