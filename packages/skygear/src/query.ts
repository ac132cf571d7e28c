import { type Attributes, BaseRecord } from './base-record.ts'
import { invalidArgument } from './errors.ts'
import { Record } from './record.ts'
import type { Geolocation } from './values.ts'
import { toWire } from './wire-value.ts'

/** A condition as it is sent: an operator and its operands. */
export type Predicate = unknown[]

/** The users that are friends of the current one, or follow, or are followed. */
export interface Relation {
  identifier: string
  direction: 'outward' | 'inward' | 'mutual'
}

/** A class whose records can be asked for. */
export interface QueryableClass<Found extends Record> {
  new (attributes?: Attributes): Found
  readonly recordType: string
}

/** What `toJSON()` gives, and `record:query` takes. */
export interface QueryJSON {
  record_type: string
  limit?: number
  offset?: number
  page?: number
  count?: boolean
  sort?: unknown[]
  include?: { [name: string]: unknown }
  predicate?: Predicate
}

/**
 * Which records of a type are wanted: those that meet every condition that is added.
 *
 * A key names an attribute, or one of what the server keeps (`_id`, `_owner`, `_created_at`,
 * `_created_by`, `_updated_at`, `_updated_by`); `city.name` follows the reference in `city`.
 */
export class Query<Found extends Record = Record> {
  readonly recordClass: QueryableClass<Found>
  readonly recordType: string
  /** How many records to give at most. */
  limit = 50
  /** How many records to leave out at the beginning. */
  offset = 0
  /** Unless there is an offset: which lot of `limit` records to give, counted from 1. */
  page = 0
  /** Whether to count all that match, for `overallCount` of the result. */
  overallCount = false
  #conditions: Predicate[] = []
  #sort: unknown[] = []
  #include: { [name: string]: unknown } = {}

  /** @throws SkygearError when not given a class of records of one type */
  constructor(recordClass: QueryableClass<Found>) {
    const recordType: unknown = recordClass?.recordType
    if (typeof recordType !== 'string') {
      throw invalidArgument('A query takes a class as made by Record.extend.')
    }
    this.recordClass = recordClass
    this.recordType = recordType
  }

  /** Records that meet at least one of the queries. Sorting, limit and so on are not taken over. */
  static or<Found extends Record>(...queries: Array<Query<Found>>): Query<Found> {
    const predicates = queries.map(({ predicate }) => predicate)
    return Query.#combine(queries, predicates.length > 1 ? [['or', ...predicates]] : predicates)
  }

  /** Records that meet all of the queries. Sorting, limit and so on are not taken over. */
  static and<Found extends Record>(...queries: Array<Query<Found>>): Query<Found> {
    return Query.#combine(
      queries,
      queries.flatMap((query) => query.#conditions),
    )
  }

  /** Records that do not meet the query. */
  static not<Found extends Record>(query: Query<Found>): Query<Found> {
    return Query.#combine([query], [['not', query.predicate]])
  }

  /** A query of its own that asks for the same. */
  static clone<Found extends Record>(query: Query<Found>): Query<Found> {
    return Query.#read(query.recordClass, query.toJSON())
  }

  /** The query of which `toJSON()` has given the description. */
  static fromJSON(json: QueryJSON): Query {
    return Query.#read(Record.extend(json.record_type), json)
  }

  /** The text is like the pattern, in which `%` stands for any text and `_` for any character. */
  like(key: string, pattern: string): this {
    return this.#where('like', keyPath(key), pattern)
  }
  notLike(key: string, pattern: string): this {
    return this.#whereNot('like', keyPath(key), pattern)
  }
  caseInsensitiveLike(key: string, pattern: string): this {
    return this.#where('ilike', keyPath(key), pattern)
  }
  caseInsensitiveNotLike(key: string, pattern: string): this {
    return this.#whereNot('ilike', keyPath(key), pattern)
  }

  /** The value is equal; with null, there is none. */
  equalTo(key: string, value: unknown): this {
    return this.#where('eq', keyPath(key), operand(value))
  }
  /** The value is another; with null, there is one. */
  notEqualTo(key: string, value: unknown): this {
    return this.#where('neq', keyPath(key), operand(value))
  }
  greaterThan(key: string, value: unknown): this {
    return this.#where('gt', keyPath(key), operand(value))
  }
  greaterThanOrEqualTo(key: string, value: unknown): this {
    return this.#where('gte', keyPath(key), operand(value))
  }
  lessThan(key: string, value: unknown): this {
    return this.#where('lt', keyPath(key), operand(value))
  }
  lessThanOrEqualTo(key: string, value: unknown): this {
    return this.#where('lte', keyPath(key), operand(value))
  }

  /** The value is one of those in the list. */
  contains(key: string, values: readonly unknown[]): this {
    return this.#where('in', keyPath(key), list(values))
  }
  notContains(key: string, values: readonly unknown[]): this {
    return this.#whereNot('in', keyPath(key), list(values))
  }
  /** The value is a list, and the text is one of its items. */
  containsValue(key: string, text: string): this {
    return this.#where('in', item(text), keyPath(key))
  }
  notContainsValue(key: string, text: string): this {
    return this.#whereNot('in', item(text), keyPath(key))
  }

  /** The place is nearer than so many metres. */
  distanceLessThan(key: string, place: Geolocation, metres: number): this {
    return this.#where('lt', distance(key, place), metres)
  }
  /** The place is farther than so many metres. */
  distanceGreaterThan(key: string, place: Geolocation, metres: number): this {
    return this.#where('gt', distance(key, place), metres)
  }

  /** The user has this relation to the current user. */
  havingRelation(key: string, relation: RelationOrClass): this {
    return this.#where('func', 'userRelation', keyPath(key), relationToWire(relation))
  }
  notHavingRelation(key: string, relation: RelationOrClass): this {
    return this.#whereNot('func', 'userRelation', keyPath(key), relationToWire(relation))
  }

  /** Sorts by the value, after what was sorted by before. */
  addAscending(key: string): this {
    return this.#orderBy(keyPath(key), 'asc')
  }
  addDescending(key: string): this {
    return this.#orderBy(keyPath(key), 'desc')
  }
  /** Sorts by the distance to the place, the nearest first. */
  addAscendingByDistance(key: string, place: Geolocation): this {
    return this.#orderBy(distance(key, place), 'asc')
  }
  addDescendingByDistance(key: string, place: Geolocation): this {
    return this.#orderBy(distance(key, place), 'desc')
  }

  /** Has the record that the key refers to put into `record.$transient`, under the name. */
  transientInclude(key: string, name: string = key): this {
    this.#include[name] = keyPath(key)
    return this
  }
  /** Has the distance to the place, in metres, put into `record.$transient`, under the name. */
  transientIncludeDistance(key: string, name: string | undefined, place: Geolocation): this {
    this.#include[name ?? key] = distance(key, place)
    return this
  }

  /** All conditions as one; an empty list when there is none. */
  get predicate(): Predicate {
    const [first, ...others] = this.#conditions
    if (!first) return []
    return others.length > 0 ? ['and', first, ...others] : first
  }

  /** A text that is the same for queries that ask for the same, and another for others. */
  get hash(): string {
    return JSON.stringify(this)
  }

  toJSON(): QueryJSON {
    const { recordType, limit, offset, page, overallCount, predicate } = this
    return {
      record_type: recordType,
      limit,
      sort: [...this.#sort],
      include: { ...this.#include },
      count: overallCount,
      ...(predicate.length > 0 && { predicate }),
      ...(offset > 0 && { offset }),
      ...(page > 0 && { page }),
    }
  }

  static #combine<Found extends Record>(
    queries: Array<Query<Found>>,
    conditions: Predicate[],
  ): Query<Found> {
    const [first, ...others] = queries
    if (!first) throw invalidArgument('Queries cannot be empty.')
    if (others.some(({ recordType }) => recordType !== first.recordType)) {
      throw invalidArgument('Only queries of the same record type can be combined.')
    }
    const combined = new Query(first.recordClass)
    combined.#conditions = conditions.filter(({ length }) => length > 0)
    return combined
  }

  static #read<Found extends Record>(
    recordClass: QueryableClass<Found>,
    json: QueryJSON,
  ): Query<Found> {
    const { limit = 50, offset = 0, page = 0, count = false, sort, include, predicate } = json
    const query = new Query(recordClass)
    Object.assign(query, { limit, offset, page, overallCount: count })
    query.#sort = [...(sort ?? [])]
    query.#include = { ...include }
    if (predicate?.length) {
      // What has been joined by `and` is taken apart, to be joined with what may follow.
      const [operator, ...operands] = predicate
      query.#conditions = operator === 'and' ? (operands as Predicate[]) : [predicate]
    }
    return query
  }

  #where(...condition: Predicate): this {
    this.#conditions.push(condition)
    return this
  }

  #whereNot(...condition: Predicate): this {
    return this.#where('not', condition)
  }

  #orderBy(expression: unknown, direction: 'asc' | 'desc'): this {
    this.#sort.push([expression, direction])
    return this
  }
}

/** A relation, or a class whose records are of one. */
type RelationOrClass = Relation | { readonly prototype: Relation }

function keyPath(key: string): unknown {
  return { $type: 'keypath', $val: key }
}

function distance(key: string, place: Geolocation): unknown {
  return ['func', 'distance', keyPath(key), place.toJSON()]
}

function operand(value: unknown): unknown {
  if (value === undefined) throw invalidArgument('A query cannot compare with undefined.')
  if (value instanceof BaseRecord) {
    throw invalidArgument('To ask for a record in an attribute, use a Reference to it.')
  }
  return toWire(value)
}

function list(values: readonly unknown[]): unknown[] {
  if (!Array.isArray(values)) throw invalidArgument('What contains is given must be a list.')
  return values.map(operand)
}

function item(text: string): string {
  if (typeof text !== 'string') throw invalidArgument('What containsValue is given must be a text.')
  return text
}

function relationToWire(relation: RelationOrClass): unknown {
  const { identifier, direction } = 'prototype' in relation ? relation.prototype : relation
  return { $type: 'relation', $name: `_${identifier}`, $direction: direction }
}
