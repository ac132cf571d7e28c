import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkImports } from './check-imports.ts'

const RULES = {
  'errors.ts': [],
  'settings.ts': [],
  'users/': ['errors.ts', 'type settings.ts'],
  'http/': ['users/'],
  'testing/': ['anything'],
}

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'check-imports-'))
})

afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, source: string): void {
  const target = path.join(root, 'packages', file)
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileSync(target, source)
}

describe('checkImports', () => {
  it('accepts what the table allows, packages and the own folder', () => {
    write('server/src/errors.ts', "import { z } from 'zod'")
    write('server/src/users/user.ts', "export { id } from './id.ts'; import '../errors.ts'")

    expect(checkImports(root, RULES)).toEqual([])
  })

  it.each([
    ['an import', "import { a } from '../http/a.ts'"],
    ['an export', "export { a } from '../http/a.ts'"],
    ['an export of everything', "export * from '../http/a.ts'"],
    ['a dynamic import', "export const a = () => import('../http/a.ts')"],
  ])('refuses %s that the table does not allow', (_, source) => {
    write('server/src/users/user.ts', source)

    expect(checkImports(root, RULES)).toEqual([
      'packages/server/src/users/user.ts may not import http/a.ts.',
    ])
  })

  it('refuses types that the table does not allow', () => {
    write('server/src/users/user.ts', "export type A = import('../http/a.ts').A")

    expect(checkImports(root, RULES)).toEqual([
      'packages/server/src/users/user.ts may not import http/a.ts (types).',
    ])
  })

  it('accepts only types where the table says so', () => {
    write('server/src/users/types.ts', "import type { Settings } from '../settings.ts'")
    write('server/src/users/values.ts', "import { settings } from '../settings.ts'")

    expect(checkImports(root, RULES)).toEqual([
      'packages/server/src/users/values.ts may not import settings.ts.',
    ])
  })

  it('lets tests import everything in their package, and only tests import testing/', () => {
    write('server/src/http/a.test.ts', "import '../testing/clock.ts'; import '../cli/main.ts'")
    write('server/src/http/a.ts', "import '../testing/clock.ts'")

    expect(checkImports(root, RULES)).toEqual([
      'packages/server/src/http/a.ts may not import testing/clock.ts.',
    ])
  })

  it('refuses imports from another package, by path and by name', () => {
    write('skygear/src/a.ts', "import '../../server/src/errors.ts'")
    write('skygear/src/b.test.ts', "import 'skygear-server'")

    expect(checkImports(root, RULES)).toEqual([
      'packages/skygear/src/a.ts may not import packages/server/src/errors.ts: packages do not import each other.',
      'packages/skygear/src/b.test.ts may not import skygear-server: packages do not import each other.',
    ])
  })

  it('finds a cycle, of types too', () => {
    write('skygear/src/a.ts', "import type { B } from './b.ts'")
    write('skygear/src/b.ts', "import type { C } from './c.ts'")
    write('skygear/src/c.ts', "import type { A } from './a.ts'")

    expect(checkImports(root, RULES)).toEqual([
      'Cycle: packages/skygear/src/a.ts → packages/skygear/src/b.ts → packages/skygear/src/c.ts → packages/skygear/src/a.ts',
    ])
  })

  it('asks for a row of the table for a new file', () => {
    write('server/src/utils.ts', '')

    expect(checkImports(root, RULES)).toEqual([
      'packages/server/src/utils.ts is in no row of the table in scripts/check-imports.ts.',
    ])
  })
})
