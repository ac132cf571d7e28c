import { describe, expect, it } from 'vitest'
import { loadSettings, SettingsError, settingsTable } from '../../packages/server/src/settings.ts'

/** Texts that hardly any setting takes. */
const NONSENSE = [
  ...['\u0000', '-1', '1.5', '{}', '\n', '\u{1f600}', 's3cret-canary', 'http://[', 'a b,('],
]

describe('R-42, KY-08: a setting that cannot be used', () => {
  const rows = Object.values(settingsTable)

  it.each(rows.map((row) => [row.variable, row] as const))(
    'is named in one line, and its value is not repeated when it is secret: %s',
    (variable, row) => {
      for (const message of refusalsOf(variable)) {
        expect(message).toContain(variable)
        expect(message.trim()).not.toMatch(/ at .*:\d+/)
        if ('secret' in row) expect(message).not.toContain('s3cret')
      }
    },
  )

  it('was tried more than a hundred times', () => {
    const refusals = rows.flatMap(({ variable }) => refusalsOf(variable))

    expect(refusals.length).toBeGreaterThan(100)
  })
})

function refusalsOf(variable: string): string[] {
  return NONSENSE.flatMap((value) => {
    try {
      loadSettings({ [variable]: value })
      return []
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError)
      return [(error as Error).message]
    }
  })
}
