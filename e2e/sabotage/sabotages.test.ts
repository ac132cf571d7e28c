import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { applied } from './copy.ts'
import { SABOTAGES } from './sabotages.ts'

const ROOT = path.join(import.meta.dirname, '../..')

it('there are thirty sabotages at least, each with a name of its own', () => {
  const names = SABOTAGES.map(({ name }) => name)

  expect(new Set(names).size).toBe(names.length)
  expect(names.length).toBeGreaterThanOrEqual(30)
})

// Whether tests notice them takes minutes to see: `node e2e/sabotage/run.ts`.
it.each(SABOTAGES.map((sabotage) => [sabotage.name, sabotage] as const))(
  'a sabotage still applies, and has tests: %s',
  (_, sabotage) => {
    const text = readFileSync(path.join(ROOT, sabotage.file), 'utf8')

    expect(applied(sabotage, text)).not.toBe(text)
    expect(existsSync(path.join(ROOT, sabotage.tests))).toBe(true)
    expect(readFileSync(path.join(ROOT, sabotage.tests), 'utf8')).toContain(sabotage.title)
  },
)
