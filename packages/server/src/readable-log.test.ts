import { PassThrough } from 'node:stream'
import type { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createLog } from './log.ts'
import { readableLog } from './readable-log.ts'

const TIME = String.raw`\d\d:\d\d:\d\d`

describe('the log for people', () => {
  it('has a line for each request', () => {
    const entry = { action: 'me', status: 200, code: 0, ms: 1.5, requestId: 'x' }

    expect(linesOf((log) => log.info(entry, 'request'))).toMatch(line('200  me  1.5 ms'))
  })

  it('names the error, and the limit that was met with how to lift it', () => {
    const taken = { action: 'auth:signup', status: 409, code: 109, ms: 2 }
    const limited = { status: 429, code: 130, ms: 2, reason: 'the limit login-account' }

    expect(linesOf((log) => log.info(taken, 'request'))).toMatch(
      line('409  auth:signup  2 ms  Duplicated'),
    )
    expect(linesOf((log) => log.info(limited, 'request'))).toMatch(
      line(
        '429  (no action)  2 ms  TooManyRequests: the limit login-account (RATE_LIMIT=off lifts it)',
      ),
    )
  })

  it('has everything else with its level and what belongs to it', () => {
    const lines = linesOf((log) => log.warn({ worker: 5 }, 'a worker has died'))

    expect(lines).toMatch(line('warn: a worker has died {"worker":5}'))
  })

  it('has the stack of an error', () => {
    const lines = linesOf((log) => log.error({ error: new TypeError('no') }, 'a request failed'))

    expect(lines).toMatch(/error: a request failed\nTypeError: no\n {4}at /)
  })
})

function linesOf(write: (log: pino.Logger) => void): string {
  const output = new PassThrough()
  write(createLog({ logLevel: 'info' }, readableLog(output)))
  return String(output.read())
}

function line(text: string): RegExp {
  return new RegExp(`^${TIME}  ${text.replaceAll(/[.(){}]/g, String.raw`\$&`)}\n$`)
}
