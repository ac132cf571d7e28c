import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A request as it goes over the wire; `raw` wins over `body`, which becomes JSON. */
export interface HttpRequest {
  method: string
  path: string
  /** A list sends the header several times. */
  headers: Record<string, string | string[]>
  body?: unknown
  raw?: string | Uint8Array
}

/** What came back. A body that is not JSON is kept as text; status 0 means no answer. */
export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: unknown
}

const TIMEOUT_MS = 10_000

/**
 * Sends a request exactly as written, over a connection of its own: no default headers, the path
 * untouched (`//me`), a body with any method. Never rejects: no answer is status 0.
 */
export function sendRequest(endpoint: string, request: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    const payload = payloadOf(request)
    const url = new URL(endpoint)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = send({
      hostname: url.hostname,
      port: url.port,
      method: request.method,
      path: url.pathname.replace(/\/$/, '') + request.path,
      headers: { ...lengthOf(payload, request), ...request.headers },
      agent: false,
      timeout: TIMEOUT_MS,
    })
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', (error) => resolve(noAnswer(error)))
      response.on('end', () => {
        const body = parsed(Buffer.concat(chunks).toString('utf8'))
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
    outgoing.on('error', (error) => resolve(noAnswer(error)))
    outgoing.end(payload)
  })
}

function payloadOf({ raw, body }: HttpRequest): Buffer | undefined {
  if (raw !== undefined) return Buffer.from(raw)
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body))
}

function lengthOf(payload: Buffer | undefined, { headers }: HttpRequest): Record<string, string> {
  const isChunked = 'Transfer-Encoding' in headers
  return payload && !isChunked ? { 'Content-Length': String(payload.length) } : {}
}

function parsed(text: string): unknown {
  if (text === '') return text
  try {
    return JSON.parse(text)
  } catch {
    // An answer that is not JSON is for the caller to judge.
    return text
  }
}

function noAnswer(error: Error): HttpAnswer {
  return { status: 0, headers: {}, body: { $network_error: error.message } }
}
