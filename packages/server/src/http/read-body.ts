import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors.ts'

/** Room for large documents of existing apps; the original had no limit. */
export const MAX_BODY_BYTES = 6 * 1024 * 1024

/** Deeper JSON than any app's, and far from what could exhaust the stack. */
const MAX_DEPTH = 32

/**
 * Reads the body as a JSON object; nothing, or `null`, is an empty one.
 *
 * Throws BadRequest, with status 413 for a body over the limit.
 */
export async function readJsonBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await readText(request, MAX_BODY_BYTES)
  if (text.trim() === '') return {}
  const value = parse(text)
  if (value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ApiError('BadRequest', 'The body must be a JSON object.')
  }
  checkValue(value, 0)
  return value as Record<string, unknown>
}

/**
 * Reads the body as text.
 *
 * Throws BadRequest, with status 413 for a body over the limit.
 */
export function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) {
        request.removeAllListeners('data')
        // What still comes is dropped unread; the answer closes the connection.
        request.resume()
        reject(tooLarge(maxBytes))
      } else {
        chunks.push(chunk)
      }
    })
    request.on('end', () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      if (isUtf8(bytes)) resolve(bytes.toString('utf8'))
      else reject(new ApiError('BadRequest', 'The body is not valid UTF-8.'))
    })
    request.on('error', reject)
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError('BadRequest', 'The body is not valid JSON.', { cause: error })
  }
}

/** JavaScript reads a number that is too large as infinity, and any depth. */
function checkValue(value: unknown, depth: number): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ApiError('BadRequest', 'The body has a number that is too large.')
  }
  if (typeof value !== 'object' || value === null) return
  if (depth === MAX_DEPTH) throw new ApiError('BadRequest', 'The body is nested too deeply.')
  for (const member of Object.values(value)) checkValue(member, depth + 1)
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError('BadRequest', `The body is larger than ${maxBytes} bytes.`, {
    status: 413,
  })
}
