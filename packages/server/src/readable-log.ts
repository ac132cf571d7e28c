import { type DestinationStream, pino } from 'pino'
import { errorTable } from './errors.ts'

/** An entry as pino writes it. */
interface Entry extends Record<string, unknown> {
  level: number
  time: number
  msg: string
  error?: { stack?: string }
}

const names = new Map<unknown, string>(
  Object.entries(errorTable).map(([name, { code }]) => [code, name]),
)

/** Writes entries for people: one line for each, and the stack of an error below. */
export function readableLog(output: NodeJS.WritableStream): DestinationStream {
  return { write: (line) => void output.write(`${describe(JSON.parse(line) as Entry)}\n`) }
}

function describe({ level, time, msg, error, pid, hostname, requestId, ...more }: Entry): string {
  const at = new Date(time).toTimeString().slice(0, 8)
  if (msg === 'request') return `${at}  ${describeRequest(more)}`
  const facts = Object.keys(more).length > 0 ? ` ${JSON.stringify(more)}` : ''
  const label = pino.levels.labels[level] ?? ''
  return `${at}  ${label}: ${msg}${facts}${error?.stack ? `\n${error.stack}` : ''}`
}

function describeRequest({ action, status, code, ms, reason }: Record<string, unknown>): string {
  const why = reason === undefined ? '' : `: ${reason}`
  const remedy = status === 429 ? ' (RATE_LIMIT=off lifts it)' : ''
  const problem = names.get(code) ?? ''
  return `${status}  ${action ?? '(no action)'}  ${ms} ms  ${problem}${why}${remedy}`.trimEnd()
}
