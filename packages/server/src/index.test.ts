import { expect, it } from 'vitest'
import * as library from './index.ts'

it('the library exports these names and no others', () => {
  expect(Object.keys(library).sort()).toEqual([
    'ApiError',
    'SettingsError',
    'createServer',
    'loadSettings',
  ])
})
