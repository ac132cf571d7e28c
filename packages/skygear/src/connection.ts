import {
  type ErrorDetails,
  invalidArgument,
  isErrorObject,
  SkygearError,
  serverError,
  unexpectedAnswer,
} from './errors.ts'
import { type Actions, ErrorCodes } from './generated/protocol.ts'
import {
  createSessionStore,
  type Moment,
  type ReadUser,
  type SessionOptions,
  type SessionStore,
  type SessionUser,
} from './session-store.ts'
import { VERSION } from './version.ts'
import { isPlainObject, toWire } from './wire-value.ts'

/** The parts of an answer that are not an error. */
export interface Answer<Result = unknown> {
  result: Result
  info?: { [key: string]: unknown }
}

/** How long to wait for an answer. */
export interface TimeoutOptions {
  /** Milliseconds until a call is given up; 60 000 unless given. */
  response?: number
}

/** How a client reads what the server sends: more or fewer kinds of values. */
export interface Reading<Account extends SessionUser> {
  user: ReadUser<Account>
  value(json: unknown): unknown
}

/** What the parts of a client share: where the server is, who is logged in, and how to call. */
export interface Connection<Account extends SessionUser> {
  endPoint: string
  apiKey: string
  timeoutOptions: TimeoutOptions
  readonly session: SessionStore<Account>
  readonly read: Reading<Account>
  /** Sends what `request` does, and gives the result, typed. */
  call<Name extends keyof Actions>(
    action: Name,
    input: Actions[Name]['input'],
    since?: Moment,
  ): Promise<Actions[Name]['output']>
  /**
   * Sends one call, with the token of the moment given or else of now. Rejects with a SkygearError
   * when the server refuses or does not answer.
   */
  request(action: string, input?: object, since?: Moment): Promise<Answer>
  lambda(name: string, args?: object): Promise<unknown>
}

/** Actions that change nothing, and may be sent again when a busy server says when. */
const READS = /^(me|record:(query|fetch)|role:get)$/
const MAX_TRIES = 3
const MAX_WAIT_SECONDS = 2

const DEVICE_HEADER = 'X-Skygear-Device'

interface HttpAnswer {
  status: number
  text: string
  retryAfter: number | undefined
  device: string | null
}

/** A connection that is not configured yet. */
export function createConnection<Account extends SessionUser>(
  read: Reading<Account>,
  options?: SessionOptions,
): Connection<Account> {
  const session = createSessionStore(read.user, options)

  async function request(action: string, input: object = {}, since?: Moment): Promise<Answer> {
    const { token } = since ?? (await session.begin())
    const { endPoint, apiKey, timeoutOptions } = connection
    if (/^($|[^/]+:\d)/.test(endPoint)) throw invalidArgument('Please config endPoint with http')
    if (!apiKey) throw invalidArgument('Please config ApiKey')

    const url = endPoint + action.replaceAll(':', '/')
    const body = { action, api_key: apiKey, access_token: token, ...input }
    const device = action === 'auth:login' && (await session.deviceHint())
    const headers = {
      Accept: 'application/json',
      'Content-Type': 'application/json',
      'X-Skygear-API-Key': apiKey,
      'X-Skygear-SDK-Version': `skygear-SDK-JS/${VERSION}`,
      ...(token && { 'X-Skygear-Access-Token': token }),
      ...(device && { [DEVICE_HEADER]: device }),
    }
    const text = encode(body)
    const deadline = Date.now() + (timeoutOptions.response ?? 60_000)
    for (let tries = 1; ; tries += 1) {
      const answer = await post(url, headers, text, deadline - Date.now())
      if (answer.device) await session.keepDeviceHint(answer.device)
      try {
        return readAnswer(answer)
      } catch (error) {
        const { status, code, info, retryAfter } = error as SkygearError
        if (token && status === 401 && code === ErrorCodes.AccessTokenNotAccepted) {
          await session.expire(token, info?.['reason'] as string | undefined)
        }
        const isBusy = status === 503 && retryAfter! <= MAX_WAIT_SECONDS && tries < MAX_TRIES
        if (!isBusy || !READS.test(action)) throw error
        // Longer with chance, so that clients which were sent away together don't return together.
        const waitMs = retryAfter! * (1 + Math.random()) * 1000
        await new Promise((resolve) => setTimeout(resolve, waitMs))
      }
    }
  }

  const connection: Connection<Account> = {
    endPoint: '',
    apiKey: '',
    timeoutOptions: {},
    session,
    read,
    request,
    async call<Name extends keyof Actions>(
      action: Name,
      input: Actions[Name]['input'],
      since?: Moment,
    ) {
      const { result } = await request(action, input, since)
      return result as Actions[Name]['output']
    },
    async lambda(name, args = {}) {
      const { result } = await request(name, { args: toWire(args) })
      return read.value(result)
    },
  }
  return connection
}

function encode(body: object): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw invalidArgument('Cannot be sent as JSON.', cause)
  }
}

async function post(
  url: string,
  headers: { [name: string]: string },
  body: string,
  timeoutMs: number,
): Promise<HttpAnswer> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // Another place than the one configured must not receive the access token.
      redirect: 'error',
      signal: abort.signal,
    })
    return {
      status: response.status,
      text: await response.text(),
      retryAfter: readRetryAfter(response.headers.get('Retry-After')),
      device: response.headers.get(DEVICE_HEADER),
    }
  } catch (cause) {
    throw abort.signal.aborted
      ? noAnswer('TimeoutError', 'No answer in time.', cause)
      : noAnswer('NetworkError', 'The server could not be reached.', cause)
  } finally {
    clearTimeout(timer)
  }
}

function noAnswer(name: string, message: string, cause: unknown): SkygearError {
  return new SkygearError(message, null, null, { name, cause })
}

function readAnswer({ status, text, retryAfter }: HttpAnswer): Answer {
  const body = parseObject(text)
  const details: ErrorDetails = { status, retryAfter }
  if (isErrorObject(body?.['error'])) throw serverError(body['error'], details)
  if (!body || status < 200 || status > 299) throw unexpectedAnswer(details)
  // A lambda without a result answers with an empty object.
  return { result: undefined, ...body }
}

function parseObject(text: string): { [key: string]: unknown } | undefined {
  try {
    const value = JSON.parse(text)
    return isPlainObject(value) ? value : undefined
  } catch {
    // Not JSON, so not of our server.
    return undefined
  }
}

/** Seconds, from a number of them or a date. */
function readRetryAfter(header: string | null): number | undefined {
  if (!header) return undefined
  const seconds = Number(header) || (Date.parse(header) - Date.now()) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds))
}
