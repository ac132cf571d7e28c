import type { IncomingMessage } from 'node:http'

/** Headers as Node writes them without looking at each: name, value, name, value … */
export type HeaderList = string[]

const exposedHeaders = 'X-Skygear-Request-Id, X-Skygear-Device, Retry-After'

/**
 * Headers that let pages of the allowed origins call. Never with credentials: tokens are sent as
 * headers that a page sets itself, so a foreign page has nothing to misuse.
 */
export function createCors(allowed: string[]): (request: IncomingMessage) => HeaderList {
  const [only] = allowed
  const fixed = allowed.length === 1 && only !== undefined ? only : undefined
  return ({ headers }) => {
    const origin = fixed ?? allowed.find((candidate) => candidate === headers.origin)
    const list = origin ? ['Access-Control-Allow-Origin', origin] : []
    // Only a browser asks for leave, and it always says from where.
    if (origin && headers.origin) list.push('Access-Control-Expose-Headers', exposedHeaders)
    if (fixed === undefined) list.push('Vary', 'Origin')
    const method = headers['access-control-request-method']
    if (method) list.push('Access-Control-Allow-Methods', method)
    const names = headers['access-control-request-headers']
    if (names) list.push('Access-Control-Allow-Headers', names)
    return list
  }
}
