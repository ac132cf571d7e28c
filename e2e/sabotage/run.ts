/**
 * Takes out one control after the other, in a copy of the repository, and runs the tests that must
 * notice it. Exits with 1 when one does not.
 *
 *   node e2e/sabotage/run.ts [--only 'part of a name'] [--list]
 */
import { parseArgs } from 'node:util'
import { createCopy } from './copy.ts'
import { SABOTAGES } from './sabotages.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, list: { type: 'boolean', default: false } },
})
const chosen = SABOTAGES.filter(
  ({ name }) => !values.only || values.only.some((part) => name.includes(part)),
)

if (values.list) {
  for (const { name, title } of chosen) console.log(`${title.padEnd(16)} ${name}`)
} else {
  const copy = createCopy()
  let missed = 0
  try {
    for (const sabotage of chosen) {
      const { isCaught, output } = copy.trial(sabotage)
      console.log(`${isCaught ? 'caught' : 'MISSED'}  ${sabotage.name}`)
      if (!isCaught) console.log(output)
      missed += isCaught ? 0 : 1
    }
  } finally {
    copy.remove()
  }
  console.log(`${chosen.length - missed} caught, ${missed} missed`)
  process.exitCode = missed > 0 || chosen.length === 0 ? 1 : 0
}
