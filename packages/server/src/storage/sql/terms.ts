import { type Expression, sql } from 'kysely'
import { comparableForm } from '../../records/comparable.ts'
import { EARTH_RADIUS_METRES } from '../../records/location.ts'
import type { Distance, KeyPath, Term } from '../../records/operand.ts'
import { type OwnField, type QueryField, reservedType } from '../../records/query-fields.ts'
import type { FieldType } from '../../records/value.ts'
import type { SqlDialect } from './engine.ts'
import type { QueryScope } from './query-scope.ts'
import { isReadableBy } from './readable.ts'

/** A term of a query as SQL. */
export interface SqlTerm {
  sql: Expression<unknown>
  type: FieldType
  /** Times that are stored as Unix milliseconds, unlike those in fields. */
  isTime: boolean
}

const columns = {
  _id: 'record.key',
  _database_id: 'record.database_id',
  _owner_id: 'record.owner_id',
  _access: 'record.access',
  _created_at: 'record.created_at',
  _created_by: 'record.created_by',
  _updated_at: 'record.updated_at',
  _updated_by: 'record.updated_by',
} as const

/** Compiles a key path or a distance to SQL. */
export function compileTerm(scope: QueryScope, term: Term): SqlTerm {
  switch (term.kind) {
    case 'distance':
      return { sql: compileDistance(scope, term), type: 'number', isTime: false }
    case 'reserved': {
      const type = reservedType(term)
      return { sql: sql.ref(columns[term.name]), type, isTime: type === 'datetime' }
    }
    case 'field':
      return compileField(scope, fieldOf(scope, term))
  }
}

function fieldOf({ fields }: QueryScope, path: KeyPath & { kind: 'field' }): QueryField {
  const field = fields.get(path.name)
  if (!field) throw new Error(`The query has a key path that was not looked up: ${path.name}`)
  return field
}

function compileField(scope: QueryScope, field: QueryField): SqlTerm {
  if (field.kind === 'own') return ownTerm(scope.dialect, field, 'record')
  const { sql: value, type, isTime } = ownTerm(scope.dialect, field.target, 'target')
  return { sql: sql`(select ${value} ${referenced(scope, field)})`, type, isTime }
}

/** A field of `record`, or of the `target` that a record refers to. */
function ownTerm(dialect: SqlDialect, field: OwnField, table: 'record' | 'target'): SqlTerm {
  if (field.recordType === 'user' && field.name === 'last_login_at') {
    const id = sql.ref(`${table}.key`)
    const time = sql`(select last_login_at from account where account.id = ${id})`
    return { sql: time, type: field.type, isTime: true }
  }
  const column = sql.ref(`${table}.fields`)
  return { sql: compileMember(dialect, field, column), type: field.type, isTime: false }
}

/** The SQL of a field that has an index is the same as the index's, or it would not be used. */
function compileMember(
  dialect: SqlDialect,
  field: OwnField,
  column: Expression<unknown>,
): Expression<unknown> {
  const { path, type } = memberOf(field)
  return field.isIndexed
    ? dialect.declaredMember(column, path, type)
    : dialect.member(column, path, type)
}

/** Where the value to compare stands in the JSON of a field. */
export function memberOf({ name, type }: Pick<OwnField, 'name' | 'type'>) {
  const form = comparableForm(type) ?? { type: 'text' as const }
  return { path: form.member ? [name, form.member] : [name], type: form.type }
}

/** A record that the subject may not read is as good as none. */
function referenced(
  { dialect, readableBy }: QueryScope,
  { reference, target }: QueryField & { kind: 'referenced' },
): Expression<unknown> {
  const readable = readableBy ? isReadableBy(readableBy, dialect, 'target') : sql`1 = 1`
  return sql`from record_reference as reference join record as target
      on target.database_id = reference.target_database_id
      and target.type = reference.target_type and target.key = reference.target_key
    where reference.database_id = record.database_id and reference.type = record.type
      and reference.key = record.key and reference.field = ${reference.name}
      and target.type = ${target.recordType} and ${readable}`
}

function compileDistance(scope: QueryScope, { path, from }: Distance): Expression<unknown> {
  const field = path.kind === 'field' ? fieldOf(scope, path) : undefined
  if (field?.kind !== 'own' || field.type !== 'location') return sql`null`
  const degrees = (member: string) =>
    scope.dialect.member(sql.ref('record.fields'), [field.name, member], 'number')
  return haversine(degrees('$lng'), degrees('$lat'), from.longitude, from.latitude)
}

/** The formula of `distanceInMetres`. */
function haversine(
  longitude: Expression<unknown>,
  latitude: Expression<unknown>,
  fromLongitude: number,
  fromLatitude: number,
): Expression<unknown> {
  const number = (value: number) => sql`cast(${value} as double precision)`
  const halfSine = (degrees: Expression<unknown>, from: number) =>
    sql`sin((radians(${degrees}) - radians(${number(from)})) / 2)`
  const latitudes = halfSine(latitude, fromLatitude)
  const longitudes = halfSine(longitude, fromLongitude)
  const value = sql`(${latitudes} * ${latitudes} + cos(radians(${number(fromLatitude)}))
    * cos(radians(${latitude})) * ${longitudes} * ${longitudes})`
  return sql`(2 * ${number(EARTH_RADIUS_METRES)} * atan2(sqrt(${value}), sqrt(abs(1 - ${value}))))`
}
