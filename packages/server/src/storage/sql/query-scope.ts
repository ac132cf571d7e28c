import type { ExpressionBuilder } from 'kysely'
import type { Subject } from '../../records/access.ts'
import type { QueryField } from '../../records/query-fields.ts'
import type { SqlDialect } from './engine.ts'
import type { Tables } from './schema.ts'

/** What the parts of one query's SQL are made with. */
export interface QueryScope {
  eb: ExpressionBuilder<Tables, 'record'>
  dialect: SqlDialect
  /** The fields of the query's key paths, by the text of the path. */
  fields: ReadonlyMap<string, QueryField>
  /** Referenced records count only if this subject may read them; undefined: all do. */
  readableBy: Subject | undefined
}
