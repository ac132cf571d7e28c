import { beforeAll, describe, expect, it } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { loadDeviations } from './deviations.ts'
import { type CaseOutcome, replaySuite } from './replay-suite.ts'
import { loadSuite, SUITE_NAMES, type Suite } from './suite.ts'

/** The original had no rate limits, no limits of length and no blocklist. */
const ORIGINAL_SETTINGS = {
  RATE_LIMIT: 'off',
  USER_AUDIT_PW_MIN_LENGTH: '0',
  USER_AUDIT_PW_MAX_LENGTH: '1000000',
  PASSWORD_BLOCKLIST: 'off',
}

const deviations = loadDeviations()

for (const suite of SUITE_NAMES.map(loadSuite)) {
  const groups = [...new Set(suite.cases.map(({ group }) => group))]
  describeSuite(suite, groups)
}

function describeSuite(suite: Suite, groups: string[]): void {
  describe(`recorded answers: ${suite.name}`, () => {
    let outcomes: CaseOutcome[] = []

    beforeAll(async () => {
      const server = await startTestServer({ ...ORIGINAL_SETTINGS, ...suite.settings })
      try {
        outcomes = await replaySuite(suite, server, deviations)
      } finally {
        await server.close()
      }
    }, 180_000)

    it.each(groups)('%s', (group) => {
      const judged = outcomes.filter((outcome) => outcome.group === group)

      expect(judged).not.toHaveLength(0)
      expect(judged.filter(({ verdict }) => verdict === 'mismatch').map(describeOutcome)).toEqual(
        [],
      )
      expect(judged.filter(({ verdict }) => verdict === 'stale').map(({ name }) => name)).toEqual(
        [],
      )
    })
  })
}

function describeOutcome({ name, differences, request, expected, got }: CaseOutcome): string {
  return [
    name,
    ...differences,
    `request: ${brief(request)}`,
    `original: ${brief(expected)}`,
    `here: ${brief(got)}`,
  ].join('\n  ')
}

function brief(value: unknown): string {
  return JSON.stringify(value).slice(0, 600)
}
