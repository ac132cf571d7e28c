import { describe, expect, it } from 'vitest'
import { fieldsOf, parsePredicate } from './predicate.ts'

const path = (name: string) => ({ $type: 'keypath', $val: name })
const field = (name: string) => ({ kind: 'field', name })
const literal = (value: unknown) => ({ kind: 'literal', value })

describe('a predicate', () => {
  it('is none when it is absent, null or empty', () => {
    expect(parsePredicate(undefined)).toBeUndefined()
    expect(parsePredicate(null)).toBeUndefined()
    expect(parsePredicate([])).toBeUndefined()
  })

  it.each(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike'])('compares with %s', (op) => {
    expect(parsePredicate([op, path('a'), 'x'])).toEqual({
      op,
      left: field('a'),
      right: literal('x'),
    })
  })

  it('takes any object with a text as $val for a key path', () => {
    expect(parsePredicate(['eq', { $val: 'a' }, 'x'])).toMatchObject({ left: field('a') })
    expect(parsePredicate(['eq', { $type: 'x', $val: 'a' }, 'x'])).toMatchObject({
      left: field('a'),
    })
  })

  it('reads literals as those of records', () => {
    const date = { $type: 'date', $date: '2018-03-01T10:00:00Z' }

    expect(parsePredicate(['eq', path('a'), date])).toMatchObject({
      right: literal({ $type: 'date', $date: '2018-03-01T10:00:00.000000Z' }),
    })
  })

  it('takes _owner for the id of the owner', () => {
    const owner = { kind: 'reserved', name: '_owner_id' }

    expect(parsePredicate(['eq', path('_owner'), 'x'])).toMatchObject({ left: owner })
    expect(parsePredicate(['eq', path('_owner_id'), 'x'])).toMatchObject({ left: owner })
  })

  it('joins conditions', () => {
    const condition = ['eq', path('a'), 1]

    expect(parsePredicate(['and', condition, ['or', condition, ['not', condition]]])).toMatchObject(
      {
        op: 'and',
        operands: [{ op: 'eq' }, { op: 'or', operands: [{ op: 'eq' }, { op: 'not' }] }],
      },
    )
  })

  it('looks for one of a list', () => {
    expect(parsePredicate(['in', path('a'), [1, 2]])).toEqual({
      op: 'in',
      path: field('a'),
      values: [1, 2],
    })
  })

  it.each([
    'x',
    5,
    {},
    ['eq'],
    ['eq', 1],
    ['eq', 1, 2, 3],
    ['resembles', 1, 2],
    [5, 1, 2],
    [['eq'], 1],
    ['and', 'x'],
    ['and', []],
    ['not', null],
    ['in', path('a'), 'x'],
    ['in', 'x', ['x']],
    ['in', path('a')],
    ['func', 'userRelation', path('a'), {}],
  ])('is refused as malformed: %j', (predicate) => {
    expect(() => parsePredicate(predicate)).toThrow(
      expect.objectContaining({ name: 'InvalidArgument', info: { arguments: ['predicate'] } }),
    )
  })

  it.each(['_ownerID', '_database', '_x', '_'])('is refused with the key path %s', (name) => {
    expect(() => parsePredicate(['eq', path(name), 1])).toThrow(
      expect.objectContaining({ name: 'RecordQueryInvalid' }),
    )
  })

  it.each([
    ['values', ['in', path('a'), Array.from({ length: 10_001 }, () => 1)]],
    ['conditions', ['or', ...Array.from({ length: 10_001 }, () => ['eq', path('a'), 1])]],
    ['levels', nested(60)],
  ])('is refused with too many %s', (_, predicate) => {
    expect(() => parsePredicate(predicate)).toThrow(
      expect.objectContaining({ name: 'InvalidArgument' }),
    )
  })

  it('is refused when it compares objects or lists', () => {
    expect(() => parsePredicate(['eq', path('a'), [1]])).toThrow(
      expect.objectContaining({ name: 'NotSupported' }),
    )
    expect(() => parsePredicate(['eq', path('a'), { b: 1 }])).toThrow(
      expect.objectContaining({ name: 'NotSupported' }),
    )
  })
})

describe('the fields of a predicate', () => {
  const email = ['eq', path('email'), 'x']

  it('are compared by equality in eq, in and what joins them with and', () => {
    const predicate = parsePredicate(['and', email, ['in', path('username'), ['x']]])!

    expect(fieldsOf(predicate)).toEqual([
      { name: 'email', byEquality: true },
      { name: 'username', byEquality: true },
    ])
  })

  it.each([
    ['or', email, email],
    ['not', email],
    ['and', ['not', email]],
    ['like', path('email'), 'x%'],
    ['gt', path('email'), 'x'],
    ['neq', path('email'), 'x'],
  ])('are compared otherwise in %j', (...predicate) => {
    for (const { name, byEquality } of fieldsOf(parsePredicate(predicate)!)) {
      expect(name).toBe('email')
      expect(byEquality).toBe(false)
    }
  })

  it('are found on either side', () => {
    expect(fieldsOf(parsePredicate(['eq', 'x', path('email')])!)).toEqual([
      { name: 'email', byEquality: true },
    ])
  })

  it('are not those of the server', () => {
    expect(fieldsOf(parsePredicate(['eq', path('_id'), 'x'])!)).toEqual([])
  })
})

function nested(levels: number): unknown[] {
  return levels === 0 ? ['eq', path('a'), 1] : ['not', nested(levels - 1)]
}
