import { expect, it } from 'vitest'
import { FAMILIES } from './cases.ts'
import { findTests } from './cases-page.ts'
import { DECISIONS } from './decided.ts'

const ids = Object.values(FAMILIES).flatMap(Object.keys)

it('every attack case has one id', () => {
  expect(new Set(ids).size).toBe(ids.length)
})

it('every id in the title of a test is that of a case', () => {
  const isKnown = (id: string) => ids.includes(id) || /^R-\d\d$/.test(id)

  expect([...findTests().keys()].filter((id) => !isKnown(id))).toEqual([])
})

it('every decision is about a case or a family', () => {
  const names = new Set([...ids, ...ids.map((id) => id.slice(0, 2))])

  expect(Object.keys(DECISIONS).filter((name) => !names.has(name))).toEqual([])
})
