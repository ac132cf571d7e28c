import { describe, expect, it } from 'vitest'
import { type Deviation, findDeviation, loadDeviations } from './deviations.ts'
import { loadSuite, SUITE_NAMES } from './suite.ts'

const REFUSED = { status: 400, body: { error: { code: 108 } } }
const FAILED = { status: 500, body: { error: { code: 10000 } } }

describe('a rule', () => {
  it('covers the cases that it names, and those that begin as it says', () => {
    expect(rule({ cases: ['a.b'] }, 'a.b')).toBe(true)
    expect(rule({ cases: ['a.b'] }, 'a.bc')).toBe(false)
    expect(rule({ cases: ['x', 'a.*'] }, 'a.bc')).toBe(true)
  })

  it('covers answers by status and code of both servers', () => {
    const when = { status: 500, code: 10000, gotStatus: [400, 404], gotCode: 108 }

    expect(rule({ when }, 'a')).toBe(true)
    expect(rule({ when: { ...when, gotStatus: 404 } }, 'a')).toBe(false)
    expect(rule({ when: { ...when, code: 10001 } }, 'a')).toBe(false)
  })

  it('needs both when it has both, and one at least', () => {
    expect(rule({ cases: ['b'], when: { status: 500 } }, 'a')).toBe(false)
    expect(rule({}, 'a')).toBe(false)
  })

  it('finds the code of the first record that failed', () => {
    const records = { status: 200, body: { result: [{ _id: 'a' }, { code: 102 }] } }
    const deviations = [{ when: { gotCode: 102 }, reason: '' }]

    expect(findDeviation(deviations, 'a', FAILED, records)).toBeDefined()
  })
})

describe('deviations.json', () => {
  it('gives a reason for every rule, as sentences', () => {
    for (const { reason } of loadDeviations()) expect(reason).toMatch(/^[A-Z].*\.$/)
  })

  it('names cases wherever the answers alone would tell nothing', () => {
    const wide = loadDeviations().filter(({ cases, when }) => !cases && when?.code === undefined)

    // A request that the original gave no answer to has no code.
    expect(wide.filter(({ when }) => when?.status !== 0)).toEqual([])
  })

  it('names recorded cases only, unless a name ends with a star', () => {
    const names = SUITE_NAMES.flatMap((name) =>
      loadSuite(name).cases.map((recorded) => recorded.name),
    )
    const exact = loadDeviations().flatMap(({ cases = [] }) =>
      cases.filter((c) => !c.endsWith('*')),
    )

    for (const name of exact) expect(names).toContain(name)
  })
})

function rule(partial: Omit<Deviation, 'reason'>, name: string): boolean {
  return findDeviation([{ ...partial, reason: '' }], name, FAILED, REFUSED) !== undefined
}
