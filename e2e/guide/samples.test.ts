import { expect, it } from 'vitest'
import { readSamples } from './samples.ts'

it('finds code that can be run, with the heading above it', () => {
  const page = `# Signing up
\`\`\`js
signUp()
\`\`\`
## Anonymously
\`\`\` javascript
signUpAnonymously()
\`\`\`
\`\`\`sh
npm start
\`\`\`
`

  const samples = readSamples(page)

  expect(samples).toMatchObject([
    { heading: 'Signing up', language: 'js', code: 'signUp()\n' },
    { heading: 'Anonymously', language: 'javascript', code: 'signUpAnonymously()\n' },
  ])
})

it('reads in which situation a sample is', () => {
  const page = '```js\na()\n```\n```js with-account\nb()\n```\n```js logged-in\nc()\n```\n'

  const situations = readSamples(page).map(({ situation }) => situation)

  expect(situations).toEqual(['nobody', 'with-account', 'logged-in'])
})

it('refuses a situation that it does not know', () => {
  expect(() => readSamples('```js loged-in\na()\n```\n')).toThrow('"loged-in"')
})
