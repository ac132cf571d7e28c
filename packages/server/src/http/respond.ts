import type { ServerResponse } from 'node:http'
import type { Answer } from '../actions/dispatch.ts'
import type { ApiError } from '../errors.ts'
import type { HeaderList } from './cors.ts'

/** Answers are for the caller only, and what they say they are, whatever a browser makes of them. */
const commonHeaders: HeaderList = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff']
const jsonHeaders: HeaderList = ['Content-Type', 'application/json', ...commonHeaders]

export function respondWithAnswer(
  response: ServerResponse,
  headers: HeaderList,
  { result, info, deviceHint }: Answer,
): void {
  const more = deviceHint === undefined ? headers : [...headers, 'X-Skygear-Device', deviceHint]
  respond(response, 200, more, info ? { result, info } : { result })
}

export function respondWithError(
  response: ServerResponse,
  headers: HeaderList,
  error: ApiError,
): void {
  const { retryAfterSeconds, status } = error
  const more = retryAfterSeconds === undefined ? [] : ['Retry-After', String(retryAfterSeconds)]
  // What a client is still sending of a body that is too large will not be read.
  if (status === 413) more.push('Connection', 'close')
  respond(response, status, [...headers, ...more], { error })
}

function respond(
  response: ServerResponse,
  status: number,
  headers: HeaderList,
  body: object,
): void {
  const text = JSON.stringify(body)
  send(response, status, [...headers, ...jsonHeaders], text)
}

export function respondWithText(
  response: ServerResponse,
  headers: HeaderList,
  type: string,
  text: string,
): void {
  send(response, 200, [...headers, 'Content-Type', type, ...commonHeaders], text)
}

/** An answer without a body. */
export function respondEmpty(response: ServerResponse, status: number, headers: HeaderList): void {
  send(response, status, headers, '')
}

/**
 * Writes when the requests of this turn of the event loop have been handled: then all answers of the
 * turn go out in a row, which saves a client on the same machine, such as a proxy, from being woken for
 * each (decision 024).
 */
function send(response: ServerResponse, status: number, headers: HeaderList, text: string): void {
  const length = ['Content-Length', String(Buffer.byteLength(text))]
  response.writeHead(status, [...headers, ...length])
  setImmediate(() => response.end(text))
}
