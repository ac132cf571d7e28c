import { readFileSync } from 'node:fs'
import type { HttpAnswer, HttpRequest } from '../send-request.ts'

/** The suites that were recorded, one file each in `cases/`. */
export const SUITE_NAMES = [
  'main',
  'token-jwt',
  'expiry-jwt',
  'policy',
  'authkeys',
  'nodev',
  'verify',
] as const

export type SuiteName = (typeof SUITE_NAMES)[number]

/** Status and body of an answer: what is compared. */
export type Answer = Pick<HttpAnswer, 'status' | 'body'>

export interface RecordedCase {
  name: string
  group: string
  before?: { sleep?: number; alignSecond?: boolean; atMs?: number }
  /** Holds placeholders. */
  request: HttpRequest
  /** Variables to take from the answer: name → path. */
  save?: Record<string, string>
  compare?: { optional?: string[]; loose?: boolean; only?: string[] }
  answer: Answer
}

export interface Suite {
  name: string
  /** The original server's settings, by environment name. */
  settings: Record<string, string>
  /** The recording's own `run`, `API_KEY` and `MASTER_KEY`. */
  variables: Record<string, string>
  cases: RecordedCase[]
}

/** Reads one suite of `cases/`. */
export function loadSuite(name: SuiteName): Suite {
  const file = new URL(`./cases/${name}.jsonl`, import.meta.url)
  const [head, ...cases] = readFileSync(file, 'utf8').trimEnd().split('\n').map(parseLine)
  const { settings, variables } = head as unknown as Pick<Suite, 'settings' | 'variables'>
  return { name, settings, variables, cases: cases.map(withBody) }
}

function parseLine(line: string): RecordedCase {
  return JSON.parse(line) as RecordedCase
}

function withBody(recorded: RecordedCase): RecordedCase {
  return {
    ...recorded,
    answer: { status: recorded.answer.status, body: recorded.answer.body ?? '' },
  }
}
