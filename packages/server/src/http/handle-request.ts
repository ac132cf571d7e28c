import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Client } from '../actions/action.ts'
import { type Dispatch, isAction } from '../actions/dispatch.ts'
import { ApiError } from '../errors.ts'
import type { RequestOutcome } from '../metrics.ts'
import type { HeaderList } from './cors.ts'
import type { HandlePage } from './handle-page.ts'
import type { MetricsPage } from './metrics-page.ts'
import { readJsonBody } from './read-body.ts'
import { actionOf, cleanPathOf, credentialsOf, pathOf } from './read-call.ts'
import { respondEmpty, respondWithAnswer, respondWithError } from './respond.ts'

export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface HandlerParts {
  dispatch: Dispatch
  pages: HandlePage
  cors(request: IncomingMessage): HeaderList
  clientOf(request: IncomingMessage): Client
  metricsPage: MetricsPage
  /** Told of each request when it has been answered. */
  count(outcome: RequestOutcome): void
  log: Logger
}

/** One request, and what becomes known of it. */
interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  headers: HeaderList
  /** The action that was asked for, if there is such a one. */
  action: string | undefined
  /** Why a page did not do what it was asked for. */
  reason: string | undefined
}

/** Where load balancers ask every few seconds, which nobody wants to read of. */
const HEALTH = '_status:healthz'

/** Request to response: everything that is thrown on the way ends here as an answer. */
export function createHandleRequest(parts: HandlerParts): HandleRequest {
  const { dispatch, pages, cors, clientOf, metricsPage, count, log } = parts

  return async (request, response) => {
    const startedAt = performance.now()
    const requestId = randomUUID()
    const headers = ['X-Skygear-Request-Id', requestId, ...cors(request)]
    const nothingYet = { action: undefined, reason: undefined }
    const exchange: Exchange = { request, response, requestId, headers, ...nothingYet }
    let error: ApiError | undefined
    try {
      await handle(exchange)
    } catch (thrown) {
      error = toApiError(thrown, requestId)
      if (response.headersSent || response.destroyed) return
      respondWithError(response, headers, error)
    } finally {
      report(exchange, error, performance.now() - startedAt)
    }
  }

  async function handle(exchange: Exchange): Promise<void> {
    const { request, response, headers } = exchange
    if (request.method === 'OPTIONS') return respondEmpty(response, 200, headers)
    const path = pathOf(request)
    const cleanPath = cleanPathOf(path)
    if (cleanPath !== undefined) {
      return respondEmpty(response, 301, [...headers, 'Location', encodeURI(cleanPath)])
    }
    if (path.startsWith('/files/')) {
      throw new ApiError('ResourceNotFound', 'Files are not served.')
    }
    if (path === '/_status/metrics') return metricsPage(request, response, headers)
    const client = clientOf(request)
    const page = pages.find(path, request)
    if (page) {
      // Without leave for other origins, whose scripts could read mails and links here.
      const ownHeaders = ['X-Skygear-Request-Id', exchange.requestId]
      const context = { headers: ownHeaders, client, log }
      exchange.reason = await pages.respond(page, request, response, context)
      return
    }
    const body = await readJsonBody(request)
    const action = actionOf(path, body)
    if (action === undefined) {
      return respondWithAnswer(response, headers, { result: { status: 'OK' } })
    }
    if (isAction(action)) exchange.action = action
    const credentials = credentialsOf(request, body)
    const answer = await dispatch({ action, payload: body, credentials, client, log })
    respondWithAnswer(response, headers, answer)
  }

  function toApiError(error: unknown, requestId: string): ApiError {
    if (error instanceof ApiError) return error
    log.error({ error, requestId }, 'a request failed')
    return new ApiError('UnexpectedError', 'The server failed; its log has the cause.')
  }

  /** Names of our own only: paths and bodies may have secrets in them. */
  function report(
    { action, response: { statusCode: status }, requestId, reason }: Exchange,
    error: ApiError | undefined,
    ms: number,
  ): void {
    const code = error?.code ?? 0
    count({ action, status, code, seconds: ms / 1_000 })
    if (action === HEALTH && !error) return
    const entry = { action, status, code, ms: Math.round(ms * 10) / 10, requestId }
    const why = error ? String(error.cause ?? error.message) : reason
    if (status >= 500) log.warn({ ...entry, reason: why }, 'request')
    else log.info(status === 429 ? { ...entry, reason: why } : entry, 'request')
  }
}
