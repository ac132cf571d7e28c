import { describe, expect, it } from 'vitest'
import { parseSort } from './sort.ts'

const path = (name: string) => ({ $type: 'keypath', $val: name })
const field = (name: string) => ({ kind: 'field', name })

describe('sort', () => {
  it('is none when it is absent, null or empty', () => {
    expect(parseSort(undefined)).toEqual([])
    expect(parseSort(null)).toEqual([])
    expect(parseSort([])).toEqual([])
  })

  it('is a list of key paths with a direction', () => {
    expect(
      parseSort([
        [path('a'), 'asc'],
        [path('_created_at'), 'desc'],
      ]),
    ).toEqual([
      { path: field('a'), direction: 'asc' },
      { path: { kind: 'reserved', name: '_created_at' }, direction: 'desc' },
    ])
  })

  it.each(['x', {}, [1], [[]], [[path('a')]], [[path('a'), 'up']], [['a', 'asc']]])(
    'is refused as %j',
    (sort) => {
      expect(() => parseSort(sort)).toThrow(
        expect.objectContaining({ name: 'InvalidArgument', info: { arguments: ['sort'] } }),
      )
    },
  )
})
