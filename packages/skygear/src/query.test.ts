import { describe, expect, it } from 'vitest'
import { Query } from './query.ts'
import { Record } from './record.ts'
import { Geolocation, Reference } from './values.ts'

const Note = Record.extend('note')
const City = Record.extend('city')
const A = { $type: 'keypath', $val: 'a' }
const B = { $type: 'keypath', $val: 'b' }
const PLACE = { $type: 'geo', $lat: 1, $lng: 2 }
const place = new Geolocation(1, 2)

function notes(): Query {
  return new Query(Note)
}

describe('a condition', () => {
  it.each([
    ['like', notes().like('a', 'x%'), ['like', A, 'x%']],
    ['notLike', notes().notLike('a', 'x%'), ['not', ['like', A, 'x%']]],
    ['caseInsensitiveLike', notes().caseInsensitiveLike('a', 'x'), ['ilike', A, 'x']],
    [
      'caseInsensitiveNotLike',
      notes().caseInsensitiveNotLike('a', 'x'),
      ['not', ['ilike', A, 'x']],
    ],
    ['equalTo', notes().equalTo('a', 1), ['eq', A, 1]],
    ['notEqualTo', notes().notEqualTo('a', null), ['neq', A, null]],
    ['greaterThan', notes().greaterThan('a', 1), ['gt', A, 1]],
    ['greaterThanOrEqualTo', notes().greaterThanOrEqualTo('a', 1), ['gte', A, 1]],
    ['lessThan', notes().lessThan('a', 1), ['lt', A, 1]],
    ['lessThanOrEqualTo', notes().lessThanOrEqualTo('a', 1), ['lte', A, 1]],
    ['contains', notes().contains('a', [1, 2]), ['in', A, [1, 2]]],
    ['notContains', notes().notContains('a', []), ['not', ['in', A, []]]],
    ['containsValue', notes().containsValue('a', 'x'), ['in', 'x', A]],
    ['notContainsValue', notes().notContainsValue('a', 'x'), ['not', ['in', 'x', A]]],
    [
      'distanceLessThan',
      notes().distanceLessThan('a', place, 5),
      ['lt', ['func', 'distance', A, PLACE], 5],
    ],
    [
      'distanceGreaterThan',
      notes().distanceGreaterThan('a', place, 5),
      ['gt', ['func', 'distance', A, PLACE], 5],
    ],
    [
      'havingRelation',
      notes().havingRelation('a', { identifier: 'friend', direction: 'mutual' }),
      ['func', 'userRelation', A, { $type: 'relation', $name: '_friend', $direction: 'mutual' }],
    ],
    [
      'notHavingRelation',
      notes().notHavingRelation('a', { identifier: 'follow', direction: 'outward' }),
      [
        'not',
        ['func', 'userRelation', A, { $type: 'relation', $name: '_follow', $direction: 'outward' }],
      ],
    ],
  ])('%s', (_, query, predicate) => {
    expect(query.predicate).toEqual(predicate)
  })

  it('takes dates, references and places', () => {
    expect(notes().lessThan('a', new Date(0)).predicate).toEqual([
      'lt',
      A,
      { $type: 'date', $date: '1970-01-01T00:00:00.000Z' },
    ])
    expect(notes().contains('a', [new Reference('city/1')]).predicate).toEqual([
      'in',
      A,
      [{ $type: 'ref', $id: 'city/1' }],
    ])
    expect(notes().equalTo('a', place).predicate).toEqual(['eq', A, PLACE])
  })

  it('stays as it was when the value changes later', () => {
    const date = new Date(0)
    const values = ['x']
    const query = notes().equalTo('a', date).contains('b', values)
    const { hash } = query

    date.setFullYear(2000)
    values.push('y')

    expect(query.hash).toBe(hash)
  })

  it('refuses what would ask for something else', () => {
    const wrong = (value: unknown) => value as never

    expect(() => notes().equalTo('a', undefined)).toThrow('undefined')
    expect(() => notes().contains('a', [undefined])).toThrow('undefined')
    expect(() => notes().equalTo('a', new City())).toThrow('Reference')
    expect(() => notes().contains('a', wrong('x'))).toThrow('list')
    expect(() => notes().containsValue('a', wrong(1))).toThrow('text')
  })
})

describe('conditions together', () => {
  const a = notes().equalTo('a', 1)
  const b = notes().equalTo('b', 2)
  const both = notes().equalTo('a', 1).equalTo('b', 2)

  it('are all to be met', () => {
    expect(notes().predicate).toEqual([])
    expect(both.predicate).toEqual(['and', ['eq', A, 1], ['eq', B, 2]])
    expect(Query.and(a, b).predicate).toEqual(both.predicate)
    expect(Query.and(a, notes()).predicate).toEqual(a.predicate)
  })

  it('are alternatives with or', () => {
    expect(Query.or(a, b).predicate).toEqual(['or', ['eq', A, 1], ['eq', B, 2]])
    expect(Query.or(a).predicate).toEqual(a.predicate)
    expect(Query.or(a, both).equalTo('b', 3).predicate).toEqual([
      'and',
      ['or', ['eq', A, 1], both.predicate],
      ['eq', B, 3],
    ])
  })

  it('are turned around with not', () => {
    expect(Query.not(a).predicate).toEqual(['not', ['eq', A, 1]])
    expect(Query.not(both).equalTo('b', 3).predicate).toEqual([
      'and',
      ['not', both.predicate],
      ['eq', B, 3],
    ])
  })

  it('must be of one record type, and of one query at least', () => {
    expect(() => Query.or(a, new Query(City))).toThrow('same record type')
    expect(() => Query.and(a, new Query(City))).toThrow('same record type')
    expect(() => Query.or()).toThrow('cannot be empty')
  })

  it('leave the queries alone that they are taken from', () => {
    Query.and(a, b).equalTo('b', 3)

    expect(a.predicate).toEqual(['eq', A, 1])
  })
})

describe('a query', () => {
  it('is of a class of records', () => {
    expect(notes().recordType).toBe('note')
    expect(() => new Query(Record as never)).toThrow('Record.extend')
    expect(() => new Query('note' as never)).toThrow('Record.extend')
    expect(() => new Query(undefined as never)).toThrow('Record.extend')
  })

  it('is sent with its defaults', () => {
    expect(notes().toJSON()).toEqual({
      record_type: 'note',
      limit: 50,
      sort: [],
      include: {},
      count: false,
    })
  })

  it('is sent with all that was asked for', () => {
    const query = notes()
      .equalTo('a', 1)
      .addAscending('a')
      .addDescending('b')
      .addAscendingByDistance('a', place)
      .addDescendingByDistance('b', place)
      .transientInclude('a')
      .transientInclude('b', 'other')
      .transientIncludeDistance('a', 'far', place)
      .transientIncludeDistance('b', undefined, place)
    Object.assign(query, { limit: 10, offset: 20, page: 3, overallCount: true })

    expect(query.toJSON()).toEqual({
      record_type: 'note',
      limit: 10,
      offset: 20,
      page: 3,
      count: true,
      predicate: ['eq', A, 1],
      sort: [
        [A, 'asc'],
        [B, 'desc'],
        [['func', 'distance', A, PLACE], 'asc'],
        [['func', 'distance', B, PLACE], 'desc'],
      ],
      include: {
        a: A,
        other: B,
        far: ['func', 'distance', A, PLACE],
        b: ['func', 'distance', B, PLACE],
      },
    })
    expect(Query.fromJSON(query.toJSON()).toJSON()).toEqual(query.toJSON())
  })

  it('has a clone that asks for the same, and changes by itself', () => {
    const query = notes().equalTo('a', 1).equalTo('b', 2).addAscending('a').transientInclude('b')
    const { hash } = query

    const clone = Query.clone(query)

    expect(clone.hash).toBe(hash)
    expect(clone.recordClass).toBe(Note)
    clone.equalTo('a', 3).addDescending('a').transientInclude('a').limit = 1
    expect(query.hash).toBe(hash)
    expect(clone.hash).not.toBe(hash)
  })

  it('is read from its JSON, and goes on from there', () => {
    const query = Query.fromJSON({
      record_type: 'note',
      predicate: ['or', ['eq', A, 1], ['eq', B, 2]],
    })

    expect(query.limit).toBe(50)
    expect(query.equalTo('a', 3).predicate).toEqual([
      'and',
      ['or', ['eq', A, 1], ['eq', B, 2]],
      ['eq', A, 3],
    ])
  })
})
