import type { Deviation } from './deviations.ts'

const INTRODUCTION = `# Deviations

What this server answers differently from skygear-server 1.7.3, and why. In everything else that the
recorded cases cover the two are the same: status, error code and name, and the members of results.

Below each reason stand the answers of the original and of this server. Names are those of recorded
cases, in \`e2e/recorded/cases\`; where there is none, every request is meant that gets these answers.
`

/** The reference page of the deviations, as Markdown: one section per reason, in the list's order. */
export function deviationsPage(deviations: Deviation[]): string {
  const rulesOfReason = Map.groupBy(deviations, ({ reason }) => reason)
  const sections = [...rulesOfReason].map(([reason, rules]) => {
    return `${reason}\n\n${rules.map(ruleLine).join('\n')}\n`
  })
  return [INTRODUCTION, ...sections].join('\n')
}

function ruleLine({ cases, when = {} }: Deviation): string {
  const original = answerText(when.status, when.code)
  const ours = answerText(when.gotStatus, when.gotCode)
  const change = original === ours ? `${ours}, with other members` : `${original} → ${ours}`
  return cases ? `- ${change} (${cases.map((name) => `\`${name}\``).join(', ')})` : `- ${change}`
}

type OneOrMore = number | number[] | undefined

function answerText(status: OneOrMore, code: OneOrMore): string {
  const statusText = status === 0 ? 'no answer' : listText(status)
  return code === undefined ? statusText : `${statusText} with code ${listText(code)}`
}

function listText(values: OneOrMore): string {
  return values === undefined ? 'any answer' : [values].flat().join(' or ')
}
