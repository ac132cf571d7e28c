import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Client } from '../actions/action.ts'
import type { Dispatch } from '../actions/dispatch.ts'
import { ApiError } from '../errors.ts'
import type { HeaderList } from './cors.ts'
import type { HandlePage } from './handle-page.ts'
import { readJsonBody } from './read-body.ts'
import { actionOf, cleanPathOf, credentialsOf, pathOf } from './read-call.ts'
import { respondEmpty, respondWithAnswer, respondWithError } from './respond.ts'

export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface HandlerParts {
  dispatch: Dispatch
  pages: HandlePage
  cors(request: IncomingMessage): HeaderList
  clientOf(request: IncomingMessage): Client
  log: Logger
}

/** Request to response: everything that is thrown on the way ends here as an answer. */
export function createHandleRequest(parts: HandlerParts): HandleRequest {
  const { dispatch, pages, cors, clientOf, log } = parts
  return async (request, response) => {
    const requestId = randomUUID()
    const headers = ['X-Skygear-Request-Id', requestId, ...cors(request)]
    try {
      await handle(request, response, headers)
    } catch (error) {
      if (response.headersSent || response.destroyed) return
      respondWithError(response, headers, toApiError(error, requestId))
    }
  }

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    headers: HeaderList,
  ): Promise<void> {
    if (request.method === 'OPTIONS') return respondEmpty(response, 200, headers)
    const path = pathOf(request)
    const cleanPath = cleanPathOf(path)
    if (cleanPath !== undefined) {
      return respondEmpty(response, 301, [...headers, 'Location', encodeURI(cleanPath)])
    }
    if (path.startsWith('/files/')) {
      throw new ApiError('ResourceNotFound', 'Files are not served.')
    }
    const page = pages.find(path, request)
    if (page) {
      const client = clientOf(request)
      return pages.respond(page, request, response, { headers, client, log })
    }
    const body = await readJsonBody(request)
    const action = actionOf(path, body)
    const answer = action ? await run(action, request, body) : { result: { status: 'OK' } }
    respondWithAnswer(response, headers, answer)
  }

  function run(action: string, request: IncomingMessage, body: Record<string, unknown>) {
    const credentials = credentialsOf(request, body)
    const client = clientOf(request)
    return dispatch({ action, payload: body, credentials, client, log })
  }

  function toApiError(error: unknown, requestId: string): ApiError {
    if (error instanceof ApiError) return error
    log.error({ error, requestId }, 'a request failed')
    return new ApiError('UnexpectedError', 'The server failed; its log has the cause.')
  }
}
