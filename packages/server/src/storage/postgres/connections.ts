import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { isKept } from '../sql/compiled.ts'
import { refuseNul } from '../sql/refuse-nul.ts'
import { StorageUnavailable, UniqueViolation } from '../storage.ts'

const options = {
  max: 10,
  /** A request that cannot get a connection in time is answered, not kept. */
  connectionTimeoutMillis: 2_000,
  statement_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
}

/** Times are Unix milliseconds, which numbers hold exactly; the library gives them as text. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)

type Rows = PostgresQueryResult<unknown>

/**
 * The connections to one database, as Kysely uses them and look-ups do: errors are those of the
 * stores, and statements that are always the same are prepared once for each connection.
 */
export class Connections implements PostgresPool {
  readonly options = options
  readonly #pool: pg.Pool
  readonly #names = new Map<string, string>()

  constructor(url: string) {
    this.#pool = new pg.Pool({ ...options, connectionString: url, types })
    // An idle connection that breaks is replaced when the next one is needed.
    this.#pool.on('error', () => {})
    // One that breaks while it is lent fails its query, or the next; told here too, it would end
    // the process.
    this.#pool.on('connect', (connection) => connection.on('error', () => {}))
  }

  async connect(): Promise<PostgresPoolClient> {
    const client = await translated(this.#pool.connect())
    const query = (sql: string, parameters: readonly unknown[]) =>
      this.#run(client, sql, parameters)
    return {
      query: query as PostgresPoolClient['query'],
      release: (isBroken) => client.release(isBroken),
    }
  }

  /** Runs one statement on whichever connection is free. */
  query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    return this.#run(this.#pool, sql, parameters)
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  #run(
    connection: pg.Pool | pg.PoolClient,
    text: string,
    parameters: readonly unknown[],
  ): Promise<Rows> {
    refuseNul(parameters)
    const values = [...parameters]
    const name = this.#nameOf(text)
    const query = name === undefined ? { text, values } : { name, text, values }
    return translated(connection.query(query) as unknown as Promise<Rows>)
  }

  /** Under its name the database keeps a statement; those of clients' making would be too many. */
  #nameOf(text: string): string | undefined {
    if (!isKept(text)) return undefined
    const name = this.#names.get(text) ?? `statement-${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}

/** The same, with errors as the stores know them. */
async function translated<T>(result: Promise<T>): Promise<T> {
  try {
    return await result
  } catch (error) {
    throw toStorageError(error)
  }
}

function toStorageError(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === UNIQUE_VIOLATION) return new UniqueViolation('', { cause: error })
  const isAway =
    typeof code === 'string'
      ? awayCodes.has(code) || awayClasses.has(code.slice(0, 2))
      : awayMessages.test(String(message))
  return isAway ? new StorageUnavailable('', { cause: error }) : error
}

// Codes and classes of the list of PostgreSQL's error codes.
const UNIQUE_VIOLATION = '23505'

const awayCodes = new Set([
  // Of the system: nobody listens, or the network is down.
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // read_only_sql_transaction: a standby that is not yet the primary.
  '25006',
  // query_canceled: the statement took too long.
  '57014',
  // admin_shutdown, crash_shutdown, cannot_connect_now.
  '57P01',
  '57P02',
  '57P03',
])

/** Connection exceptions, insufficient resources, errors of the system below. */
const awayClasses = new Set(['08', '53', '58'])

/** The library's own errors have no code. */
const awayMessages = /timeout|terminated|not queryable|connection error|Connection ended/i
