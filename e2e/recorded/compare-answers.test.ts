import { describe, expect, it } from 'vitest'
import { compareAnswers } from './compare-answers.ts'
import type { RecordedCase } from './suite.ts'

describe('compareAnswers', () => {
  it('finds no difference in values', () => {
    expect(
      compareResults({ id: 'a', at: 1, list: [true] }, { id: 'b', at: 2, list: [false] }),
    ).toEqual([])
  })

  it('finds members that are missing, not expected or of another type', () => {
    expect(compareResults({ a: 1, b: null, c: 's' }, { a: '1', c: 's', d: 1 })).toEqual([
      'result.a: type number expected, got string',
      'result.b: missing',
      'result.d: not expected',
    ])
  })

  it('finds lists of another length', () => {
    expect(compareResults([1, 2], [1])).toEqual(['result: length 2 expected, got 1'])
  })

  it('finds another status, and errors of another code and name', () => {
    const expected = {
      status: 404,
      body: { error: { code: 110, name: 'ResourceNotFound', message: 'a' } },
    }
    const got = {
      status: 401,
      body: { error: { code: 105, name: 'InvalidCredentials', message: 'b' } },
    }

    expect(compare(expected, got)).toEqual([
      'status: 404 expected, got 401',
      'error.code: 110 expected, got 105',
      'error.name: "ResourceNotFound" expected, got "InvalidCredentials"',
    ])
  })

  it('finds another error of a single record', () => {
    const record = { _type: 'error', code: 102, name: 'PermissionDenied' }

    expect(compareResults([record], [{ ...record, code: 110 }])).toEqual([
      'result[0].code: 102 expected, got 110',
    ])
  })

  it('finds an empty body where JSON was expected', () => {
    const got = { status: 200, body: '' }

    expect(compare({ status: 200, body: { result: {} } }, got)).toEqual([
      'body: object expected, got string',
    ])
  })

  it('takes keys that a run made for the same', () => {
    const [mine, theirs] = [
      '7f2c0d9e-0000-4000-8000-000000000001',
      '7f2c0d9e-0000-4000-8000-000000000002',
    ]

    expect(
      compareResults({ [mine]: ['a'], noterun1: 1 }, { [theirs]: ['a'], noterun2: 1 }),
    ).toEqual([])
  })

  it('leaves out paths that are optional', () => {
    const compareRule = { optional: ['result.a.b'] }

    expect(compareResults({ a: { b: 1 } }, { a: {} }, compareRule)).toEqual([])
  })

  it('looks at the type of the result alone when it is loose', () => {
    expect(compareResults([1], [], { loose: true })).toEqual([])
    expect(compareResults([1], {}, { loose: true })).toHaveLength(1)
  })

  it('looks at some paths alone when told so', () => {
    const compareRule = { only: ['result.types.note{{run}}'] }

    expect(
      compareResults({ types: { noterun1: {} }, x: 1 }, { types: { noterun2: {} } }, compareRule),
    ).toEqual([])
    expect(compareResults({ types: { noterun1: {} } }, { types: {} }, compareRule)).toHaveLength(1)
  })
})

type Answer = RecordedCase['answer']

function compareResults(expected: unknown, got: unknown, rule?: RecordedCase['compare']): string[] {
  return compare(
    { status: 200, body: { result: expected } },
    { status: 200, body: { result: got } },
    rule,
  )
}

function compare(expected: Answer, got: Answer, rule?: RecordedCase['compare']): string[] {
  return compareAnswers(
    rule,
    { answer: expected, variables: { run: 'run1' } },
    { answer: got, variables: { run: 'run2' } },
  )
}
