import { globSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { compileWithHermes, findHermes, isBytecode } from './hermes.ts'

const hermes = findHermes()
const DIST = path.join(import.meta.dirname, '../../packages/skygear/dist')

// As built, without what an app's own tools make simpler.
it.skipIf(!hermes)(
  'is compiled by React Native’s engine (skipped where that has no compiler)',
  () => {
    const scripts = globSync('*.cjs', { cwd: DIST })

    expect(scripts).toContain('react.cjs')
    for (const script of scripts) {
      expect(isBytecode(compileWithHermes(hermes!, path.join(DIST, script)))).toBe(true)
    }
  },
)
