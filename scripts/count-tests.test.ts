import { describe, expect, it } from 'vitest'
import { countTests, type TestReport } from './count-tests.ts'

type TestFile = TestReport['testResults'][number]

function file(status: string, ...tests: string[]): TestFile {
  const assertionResults = tests.map((status) => ({ status, title: 'a', ancestorTitles: ['b'] }))
  return { name: 'x.test.ts', status, assertionResults }
}

describe('countTests', () => {
  it('counts passed and failed tests', () => {
    const files = [file('failed', 'passed', 'failed'), file('passed', 'passed')]

    const counts = countTests({ testResults: files }, false)

    expect(counts).toEqual({ passed: 2, failed: 1, skipped: new Map() })
  })

  it('groups skipped tests by file and outermost describe', () => {
    const files = [file('passed', 'passed', 'skipped', 'todo')]

    const { skipped } = countTests({ testResults: files }, true)

    expect(skipped).toEqual(new Map([['x.test.ts › b', 2]]))
  })

  it('counts a file that could not be run as a failure', () => {
    const files = [file('failed'), file('failed', 'passed'), file('passed', 'passed')]

    expect(countTests({ testResults: files }, false)).toMatchObject({ passed: 2, failed: 2 })
  })

  it('counts an error outside any test as a failure', () => {
    const files = [file('passed', 'passed')]

    expect(countTests({ testResults: files }, false)).toMatchObject({ passed: 1, failed: 1 })
  })

  it('counts a run without a passing test as a failure', () => {
    expect(countTests({ testResults: [] }, true)).toMatchObject({ passed: 0, failed: 1 })
    expect(countTests({ testResults: [file('passed', 'skipped')] }, true).failed).toBe(1)
  })
})
