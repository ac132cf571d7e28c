import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
} from 'kysely'
import { refuseNul } from '../sql/refuse-nul.ts'
import { UniqueViolation } from '../storage.ts'

/** Kysely's PostgreSQL dialect, with broken unique constraints as a type of their own. */
export class PostgresEngineDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new UniqueAwareDriver(this.#config)
  }
}

class UniqueAwareDriver extends PostgresDriver {
  readonly #known = new WeakSet<DatabaseConnection>()

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    if (this.#known.has(connection)) return connection
    this.#known.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = async <Row>(query: CompiledQuery) => {
      refuseNul(query.parameters)
      try {
        return await execute<Row>(query)
      } catch (error) {
        throw isUniqueViolation(error) ? new UniqueViolation('', { cause: error }) : error
      }
    }
    return connection
  }
}

/** unique_violation in the list of PostgreSQL's error codes. */
function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === '23505'
}
