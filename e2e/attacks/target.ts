import { startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type HttpAnswer, type HttpRequest, sendRequest } from '../send-request.ts'
import { type AuthResult, authResultOf, errorOf, pathOf, type Server } from '../wire.ts'
import { checkAnswer } from './check-answer.ts'
import { checkRemains } from './check-remains.ts'

/** Whose key or token a call carries; the API key unless something is named. */
export interface Credentials {
  token?: string
  /** Null: none. */
  key?: string | null
}

/**
 * A server under attack. Every answer passes the checks that hold whatever was sent (G1, G2, G5),
 * and `end` looks at what is left in database and log (G3, G4).
 */
export interface Target extends Server {
  readonly server: TestServer
  /** Passwords, tokens and codes that were seen; none may be stored or logged. */
  readonly secrets: Set<string>
  /** Sends a request as written. */
  send(request: Partial<HttpRequest> & { path: string }): Promise<HttpAnswer>
  /** Calls an action. A string is a body that goes as it is. */
  call(
    action: string,
    body?: Record<string, unknown> | string,
    credentials?: Credentials,
  ): Promise<HttpAnswer>
  /** Signs up a user, whose password is `PASSWORD`. */
  signUp(name?: string): Promise<AuthResult>
  /** Checks what is left, and removes it. */
  end(): Promise<void>
}

export const PASSWORD = 'canary-password-7Hq2'

/** Starts a server; `environment` holds settings by the names of their variables. */
export async function startTarget(environment: Record<string, string> = {}): Promise<Target> {
  const server = await startTestServer({ RATE_LIMIT: 'off', LOG_LEVEL: 'trace', ...environment })
  const { url, apiKey, masterKey } = server
  const secrets = new Set([masterKey])
  let users = 0

  const send: Target['send'] = async (given) => {
    const request = { method: 'POST', headers: { 'X-Skygear-API-Key': apiKey }, ...given }
    const answer = await sendRequest(url, request)
    await checkAnswer(request, answer, { server, secrets })
    return answer
  }
  const call: Target['call'] = (action, body = {}, { token, key = token ? null : apiKey } = {}) =>
    send({
      path: pathOf(action),
      headers: {
        'Content-Type': 'application/json',
        ...(key !== null && { 'X-Skygear-API-Key': key }),
        ...(token && { 'X-Skygear-Access-Token': token }),
      },
      ...(typeof body === 'string' ? { raw: body } : { body }),
    })
  return {
    ...{ url, apiKey, masterKey, server, secrets, send, call },
    async signUp(name) {
      users += 1
      const username = name ?? `user-${users}`
      const answer = await call('auth:signup', { auth_data: { username }, password: PASSWORD })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
      return authResultOf(answer)
    },
    async end() {
      await server.stop()
      try {
        await checkRemains(server, secrets)
      } finally {
        await server.close()
      }
    },
  }
}

/** The name of the error that was answered, or OK. */
export function outcomeOf(answer: HttpAnswer): string {
  return errorOf(answer)?.name ?? 'OK'
}
