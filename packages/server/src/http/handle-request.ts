import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatch } from '../actions/dispatch.ts'
import { ApiError } from '../errors.ts'
import type { HeaderList } from './cors.ts'
import { readJsonBody } from './read-body.ts'
import { actionOf, cleanPathOf, credentialsOf, pathOf } from './read-call.ts'
import { respondEmpty, respondWithAnswer, respondWithError } from './respond.ts'

export type HandleRequest = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface HandlerParts {
  dispatch: Dispatch
  cors(request: IncomingMessage): HeaderList
  log: Logger
}

/** Request to response: everything that is thrown on the way ends here as an answer. */
export function createHandleRequest({ dispatch, cors, log }: HandlerParts): HandleRequest {
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
    const body = await readJsonBody(request)
    const action = actionOf(path, body)
    const answer = action
      ? await dispatch({ action, payload: body, credentials: credentialsOf(request, body), log })
      : { result: { status: 'OK' } }
    respondWithAnswer(response, headers, answer)
  }

  function toApiError(error: unknown, requestId: string): ApiError {
    if (error instanceof ApiError) return error
    log.error({ error, requestId }, 'a request failed')
    return new ApiError('UnexpectedError', 'The server failed; its log has the cause.')
  }
}
