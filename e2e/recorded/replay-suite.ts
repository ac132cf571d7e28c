import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpRequest, sendRequest } from '../send-request.ts'
import { compareAnswers } from './compare-answers.ts'
import { type Deviation, findDeviation } from './deviations.ts'
import { fill, fillText, type Variables, valueAt } from './placeholders.ts'
import type { Answer, RecordedCase, Suite } from './suite.ts'

/** The server to compare with the recorded answers. */
export interface Target {
  url: string
  apiKey: string
  masterKey: string
}

/** `stale`: a deviation names the case, which agrees all the same. */
export type Verdict = 'agrees' | 'deviates' | 'mismatch' | 'stale'

export interface CaseOutcome {
  name: string
  group: string
  verdict: Verdict
  differences: string[]
  reason?: string
  request: HttpRequest
  expected: Answer
  got: Answer
}

const UNANSWERED_IN_A_ROW_TO_STOP = 8

/**
 * Runs every case of the suite, in order, and judges each.
 *
 * @throws when the server stops answering
 */
export async function replaySuite(
  suite: Suite,
  target: Target,
  deviations: Deviation[],
): Promise<CaseOutcome[]> {
  const recording: Variables = { ...suite.variables }
  const run: Variables = { run: newRun(), API_KEY: target.apiKey, MASTER_KEY: target.masterKey }
  const outcomes: CaseOutcome[] = []
  let unanswered = 0
  for (const recorded of suite.cases) {
    await waitFor(recorded.before)
    const request = fill(recorded.request, run) as HttpRequest
    const { status, body } = await sendRequest(target.url, request)
    const got: Answer = { status, body }
    unanswered = got.status === 0 ? unanswered + 1 : 0
    if (unanswered === UNANSWERED_IN_A_ROW_TO_STOP) throw new Error(`${target.url} is silent.`)
    saveVariables(recorded, got, run)
    saveVariables(recorded, recorded.answer, recording)
    const differences = compareAnswers(
      recorded.compare,
      { answer: recorded.answer, variables: recording },
      { answer: got, variables: run },
    )
    const deviation = findDeviation(deviations, recorded.name, recorded.answer, got)
    outcomes.push({
      name: recorded.name,
      group: recorded.group,
      verdict: judge(differences, deviation),
      differences,
      ...(deviation && { reason: deviation.reason }),
      request,
      expected: recorded.answer,
      got,
    })
  }
  return outcomes
}

function judge(differences: string[], deviation: Deviation | undefined): Verdict {
  if (differences.length === 0) return deviation && !deviation.when ? 'stale' : 'agrees'
  return deviation ? 'deviates' : 'mismatch'
}

function saveVariables({ save = {} }: RecordedCase, answer: Answer, variables: Variables): void {
  for (const [name, path] of Object.entries(save)) {
    const value = valueAt(answer.body, fillText(path, variables))
    if (value !== undefined) variables[name] = String(value)
  }
}

async function waitFor(before: RecordedCase['before'] = {}): Promise<void> {
  if (before.sleep) await sleep(before.sleep)
  if (before.alignSecond) await sleepUntilMillisecond(20)
  if (before.atMs !== undefined) await sleepUntilMillisecond(before.atMs)
}

/** Waits until the clock shows this millisecond of a second. */
async function sleepUntilMillisecond(millisecond: number): Promise<void> {
  await sleep((millisecond - (Date.now() % 1000) + 1000) % 1000)
}

/** Unique per run, so that a suite can be replayed twice against one database. */
function newRun(): string {
  return `r${Date.now().toString(36)}${randomBytes(2).toString('hex')}`
}
