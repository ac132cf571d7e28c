import { expect, it } from 'vitest'
import { loadDeviations } from './deviations.ts'
import { deviationsPage } from './deviations-doc.ts'

it('shows each reason once, with the answers of both servers', () => {
  const page = deviationsPage([
    { when: { status: 500, code: [1, 2], gotStatus: 400, gotCode: 3 }, reason: 'Better.' },
    { cases: ['a.*'], when: { status: 200, gotStatus: 200 }, reason: 'Less.' },
    { cases: ['b'], when: { status: 0, gotStatus: [200, 400] }, reason: 'Better.' },
  ])

  expect(page.slice(page.indexOf('Better.'))).toBe(`Better.

- 500 with code 1 or 2 → 400 with code 3
- no answer → 200 or 400 (\`b\`)

Less.

- 200, with other members (\`a.*\`)
`)
})

it('has a rule or two for every deviation of the repository', () => {
  const deviations = loadDeviations()

  expect(deviationsPage(deviations).match(/^- /gm)).toHaveLength(deviations.length)
})
