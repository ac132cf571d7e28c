import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError } from '../errors.ts'
import { type MetricValues, renderMetrics } from '../metrics.ts'
import type { KeyKind } from '../security/api-key.ts'
import type { HeaderList } from './cors.ts'
import { respondWithText } from './respond.ts'

export type MetricsPage = (
  request: IncomingMessage,
  response: ServerResponse,
  headers: HeaderList,
) => Promise<void>

interface MetricsPageParts {
  keyKindOf(key: string): KeyKind | undefined
  /** What each process of the server has counted. */
  gather(): Promise<MetricValues[]>
}

/**
 * `/_status/metrics` in Prometheus's text format, for whoever has the master key: as the API key, or
 * as the bearer token that Prometheus sends.
 *
 * The result throws NotAuthenticated, AccessKeyNotAccepted or PermissionDenied.
 */
export function createMetricsPage({ keyKindOf, gather }: MetricsPageParts): MetricsPage {
  return async ({ headers }, response, responseHeaders) => {
    const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
    const key = headers['x-skygear-api-key'] ?? bearer
    if (typeof key !== 'string') throw new ApiError('NotAuthenticated', 'The master key is needed.')
    const kind = keyKindOf(key)
    if (!kind) throw new ApiError('AccessKeyNotAccepted', 'Cannot verify api key')
    if (kind !== 'master') throw new ApiError('PermissionDenied', 'The master key is needed.')
    const type = 'text/plain; version=0.0.4; charset=utf-8'
    respondWithText(response, responseHeaders, type, renderMetrics(await gather()))
  }
}
