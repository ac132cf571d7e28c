import { expect, it } from 'vitest'
import { pickLanguage } from './languages.ts'

const available = ['en', 'zh-Hant', 'pt']

it.each([
  ['en', 'en'],
  ['en-GB,en;q=0.9', 'en'],
  ['zh-TW', 'zh-Hant'],
  ['zh_HK', 'zh-Hant'],
  ['zh-Hant-MO, en;q=0.5', 'zh-Hant'],
  ['pt-BR', 'pt'],
  ['en;q=0.2, pt;q=0.8', 'pt'],
  ['fr, de;q=0.9, zh-TW;q=0.1', 'zh-Hant'],
  // Simplified Chinese is another script.
  ['zh-CN', 'en'],
  ['zh', 'en'],
  ['pt;q=0, en', 'en'],
  ['*', 'en'],
  ['', 'en'],
  ['not a language, \u0000, pt', 'pt'],
  ['x'.repeat(10_000), 'en'],
])('whoever prefers %s reads %s', (preferred, language) => {
  expect(pickLanguage(preferred, available)).toBe(language)
})
