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
  const length = ['Content-Length', String(Buffer.byteLength(text))]
  response.writeHead(status, [...headers, ...jsonHeaders, ...length]).end(text)
}

export function respondWithText(
  response: ServerResponse,
  headers: HeaderList,
  type: string,
  text: string,
): void {
  const length = ['Content-Length', String(Buffer.byteLength(text))]
  response.writeHead(200, [...headers, 'Content-Type', type, ...commonHeaders, ...length]).end(text)
}

/** An answer without a body. */
export function respondEmpty(response: ServerResponse, status: number, headers: HeaderList): void {
  response.writeHead(status, [...headers, 'Content-Length', '0']).end()
}
