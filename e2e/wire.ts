import { type HttpAnswer, sendRequest } from './send-request.ts'

/** A running server and its keys. */
export interface Server {
  url: string
  apiKey: string
  masterKey: string
}

/** The error of an answer, as every client expects it. */
export interface WireError {
  name: string
  code: number
  message: string
  info?: Record<string, unknown>
}

/** The result of sign-up, log-in and `me`. */
export interface AuthResult {
  user_id: string
  access_token: string
  profile: Record<string, unknown>
  [member: string]: unknown
}

/** An item of a record action's result: a record, or the error of one. */
export type RecordResult = Record<string, unknown>

/** Posts a body, and nothing else, to the path of an action: no key, no token. */
export function post(
  server: Server,
  action: string,
  body: Record<string, unknown>,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<HttpAnswer> {
  const path = pathOf(action)
  return sendRequest(server.url, { method: 'POST', path, headers, body: { action, ...body } })
}

/** Where an action is. */
export function pathOf(action: string): string {
  return `/${action.replaceAll(':', '/')}`
}

/** Posts with the client's API key in the body. */
export function call(
  server: Server,
  action: string,
  body: Record<string, unknown> = {},
): Promise<HttpAnswer> {
  return post(server, action, { api_key: server.apiKey, ...body })
}

/**
 * Signs up a user, whose password is `secret-1` when none is given.
 *
 * @throws when the server refuses
 */
export async function signUp(
  server: Server,
  authData: Record<string, string>,
  password = 'secret-1',
): Promise<AuthResult> {
  const answer = await call(server, 'auth:signup', { auth_data: authData, password })
  if (answer.status !== 200) throw new Error(`Sign-up failed: ${JSON.stringify(answer.body)}`)
  return authResultOf(answer)
}

export function authResultOf(answer: HttpAnswer): AuthResult {
  return (answer.body as { result: AuthResult }).result
}

export function recordsOf(answer: HttpAnswer): RecordResult[] {
  return (answer.body as { result: RecordResult[] }).result
}

export function errorOf(answer: HttpAnswer): WireError | undefined {
  return (answer.body as { error?: WireError }).error
}

/** A server that cannot serve now says so in JSON, says when to try again, and signs nobody out. */
export function isUnavailable(answer: HttpAnswer): boolean {
  const error = errorOf(answer)
  return (
    answer.status === 503 &&
    Number(answer.headers['retry-after']) > 0 &&
    error !== undefined &&
    error.code !== 104
  )
}
