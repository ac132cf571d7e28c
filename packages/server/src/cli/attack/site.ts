import { randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** A server of one's own, seen from outside. */
export interface Site {
  readonly apiKey: string
  /** Undefined: what needs it is left out. */
  readonly masterKey: string | undefined
  /** Sends a request as written. Throws Breach when the answer is one that no server may give. */
  send(request: SiteRequest): Promise<SiteAnswer>
  /** Calls an action with the API key, or with what is named. */
  call(action: string, body?: object, credentials?: SiteCredentials): Promise<SiteAnswer>
  /** A user made for this rehearsal; the same one each time for the same name. */
  user(name: 'one' | 'two'): Promise<SiteUser>
  /** Names of users who were made. */
  readonly made: string[]
}

export interface SiteRequest {
  path: string
  method?: string
  headers?: Record<string, string>
  /** JSON, unless it is text or bytes. */
  body?: unknown
}

export interface SiteCredentials {
  token?: string
  key?: string
}

export interface SiteAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The name of the error, or OK. */
  outcome: string
  // biome-ignore lint/suspicious/noExplicitAny: attacks look at what came, whatever it is
  result: any
}

export interface SiteUser {
  id: string
  username: string
  password: string
  token: string
}

/** An attack that succeeded; the message says what was seen. */
export class Breach extends Error {
  override readonly name = 'Breach'
}

/** An attack that could not be made; the message says why. */
export class Skipped extends Error {
  override readonly name = 'Skipped'
}

/** Throws Breach unless this is so. */
export function must(isSo: boolean, seen: string): void {
  if (!isSo) throw new Breach(seen)
}

const TIMEOUT_MS = 20_000

/** What shows the inside of a server. */
const INSIDES = /node_modules|\.[jt]s:\d+|\bat \w+ \(|SQLITE_|syntax error at/

export function createSite(url: string, keys: { apiKey: string; masterKey?: string }): Site {
  const { apiKey, masterKey } = keys
  const users = new Map<string, Promise<SiteUser>>()
  const made: string[] = []

  const send: Site['send'] = async (request) => {
    const answer = await sendOnce(url, request)
    const { status, headers, text } = answer
    const isRefusal = status === 501 || (status === 503 && headers['retry-after'] !== undefined)
    must(status < 500 || isRefusal, `The server failed with status ${status}.`)
    must(!INSIDES.test(text), 'An answer shows the inside of the server.')
    return answer
  }
  const call: Site['call'] = (action, body = {}, { token, key = token ? '' : apiKey } = {}) =>
    send({
      path: `/${action.replaceAll(':', '/')}`,
      headers: {
        ...(key && { 'X-Skygear-API-Key': key }),
        ...(token && { 'X-Skygear-Access-Token': token }),
      },
      body,
    })

  async function makeUser(): Promise<SiteUser> {
    const username = `attack-${randomUUID()}`
    const password = randomUUID()
    const answer = await call('auth:signup', { auth_data: { username }, password })
    if (answer.outcome === 'TooManyRequests') throw new Skipped('Sign-ups are limited now.')
    if (answer.status !== 200) throw new Breach(`A sign-up answers ${answer.outcome}.`)
    made.push(username)
    return { id: answer.result.user_id, username, password, token: answer.result.access_token }
  }

  return {
    ...{ apiKey, masterKey, send, call, made },
    async user(name) {
      const user = users.get(name) ?? makeUser()
      users.set(name, user)
      return user
    },
  }
}

function sendOnce(url: string, { path, method = 'POST', headers, body }: SiteRequest) {
  const base = new URL(url)
  const isText = typeof body === 'string' || body instanceof Uint8Array
  const payload = isText ? body : JSON.stringify(body)
  return new Promise<SiteAnswer>((resolve, reject) => {
    const begin = base.protocol === 'https:' ? httpsRequest : httpRequest
    const outgoing = begin({
      hostname: base.hostname.replace(/^\[|\]$/g, ''),
      port: base.port,
      method,
      path: base.pathname.replace(/\/$/, '') + path,
      headers: {
        ...(payload !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(payload),
        }),
        ...headers,
      },
      agent: false,
      timeout: TIMEOUT_MS,
    })
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, text, ...readAnswer(text) })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
    outgoing.on('error', reject)
    outgoing.end(payload)
  })
}

function readAnswer(text: string): Pick<SiteAnswer, 'outcome' | 'result'> {
  try {
    const { result, error } = JSON.parse(text) as {
      result?: unknown
      error?: { name: string }
    }
    return { outcome: error?.name ?? 'OK', result }
  } catch {
    return { outcome: 'no JSON', result: undefined }
  }
}
