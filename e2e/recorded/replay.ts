import { parseArgs } from 'node:util'
import { loadDeviations } from './deviations.ts'
import { type CaseOutcome, replaySuite, type Verdict } from './replay-suite.ts'
import { loadSuite, SUITE_NAMES, type SuiteName } from './suite.ts'

const USAGE = `usage: node e2e/recorded/replay.ts URL API_KEY MASTER_KEY [options]

  --suite NAME       ${SUITE_NAMES.join(', ')} (default: main)
  --only A,B         judge only these groups, or cases whose names begin so; all cases run
  --deviations FILE  instead of the repository's deviations.json
  --quiet            print only what differs
  --verbose          print the request and both answers of what differs`

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string', default: 'main' },
    only: { type: 'string' },
    deviations: { type: 'string' },
    quiet: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})
const [url, apiKey, masterKey] = positionals
if (!url || !apiKey || !masterKey || !isSuiteName(options.suite)) {
  console.error(USAGE)
  process.exit(2)
}

const suite = loadSuite(options.suite)
const target = { url, apiKey, masterKey }
const outcomes = await replaySuite(suite, target, loadDeviations(options.deviations))
const judged = outcomes.filter(isAskedFor)
for (const outcome of judged) print(outcome)
console.log(`\n${count('agrees') + count('stale')} of ${judged.length} agree, ${count('deviates')} \
deviate on purpose, ${count('mismatch')} mismatch`)
process.exitCode = count('mismatch') > 0 ? 1 : 0

function isSuiteName(name: string): name is SuiteName {
  return (SUITE_NAMES as readonly string[]).includes(name)
}

function isAskedFor({ name, group }: CaseOutcome): boolean {
  if (!options.only) return true
  return options.only.split(',').some((asked) => group === asked || name.startsWith(asked))
}

function count(verdict: Verdict): number {
  return judged.filter((outcome) => outcome.verdict === verdict).length
}

function print({ verdict, name, differences, reason, request, expected, got }: CaseOutcome): void {
  if (options.quiet && verdict === 'agrees') return
  console.log([`${verdict.padEnd(8)} ${name}`, ...differences].join('\n           '))
  if (reason && verdict !== 'agrees') console.log(`           because: ${reason}`)
  if (!options.verbose || verdict !== 'mismatch') return
  for (const part of [request, expected, got]) console.log(`           ${JSON.stringify(part)}`)
}
