import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely'
import { refuseNul } from '../sql/refuse-nul.ts'
import { StorageUnavailable, UniqueViolation } from '../storage.ts'

/** Kysely's PostgreSQL dialect, with errors as the stores know them. */
export class PostgresEngineDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new TranslatingDriver(this.#config)
  }
}

class TranslatingDriver extends PostgresDriver {
  readonly #known = new WeakSet<DatabaseConnection>()

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await translated(super.acquireConnection())
    if (this.#known.has(connection)) return connection
    this.#known.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = async <Row>(query: CompiledQuery) => {
      refuseNul(query.parameters)
      return translated(execute<Row>(query))
    }
    return connection
  }
}

/** The same, with errors as the stores know them. */
export async function translated<T>(result: Promise<T>): Promise<T> {
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
