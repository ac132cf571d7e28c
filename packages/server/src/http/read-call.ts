import type { IncomingMessage } from 'node:http'
import { posix } from 'node:path'
import { isAction } from '../actions/dispatch.ts'
import { ApiError } from '../errors.ts'
import type { Credentials } from '../security/authenticate.ts'

/**
 * What the path and the body ask for: the path wins when it names an action. Without any action
 * the answer is OK, as it was in the original, for whatever path.
 */
export function actionOf(path: string, body: Record<string, unknown>): string | undefined {
  const fromPath = path.slice(1).replaceAll('/', ':')
  if (isAction(fromPath)) return fromPath
  const { action } = body
  return typeof action === 'string' && action !== '' ? action : undefined
}

/**
 * Key and token, from the headers or, where there is no header, from the body. Old SDKs send the
 * words null and undefined when they have no token.
 */
export function credentialsOf(
  { headers }: IncomingMessage,
  body: Record<string, unknown>,
): Credentials {
  const accessToken = headerOf(headers['x-skygear-access-token']) ?? textOf(body['access_token'])
  return {
    apiKey: headerOf(headers['x-skygear-api-key']) ?? textOf(body['api_key']),
    accessToken: accessToken === 'null' || accessToken === 'undefined' ? undefined : accessToken,
    userId: textOf(body['_user_id']),
  }
}

/** Throws BadRequest for a path that cannot be decoded. */
export function pathOf({ url: target = '/' }: IncomingMessage): string {
  // Who speaks to a proxy names the host too; it is not looked at.
  const url = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '') || '/'
  const queryAt = url.indexOf('?')
  const path = queryAt === -1 ? url : url.slice(0, queryAt)
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch (error) {
    throw new ApiError('BadRequest', 'The path is not well formed.', { cause: error })
  }
}

/** The path without doubled slashes and dots, when it has some: the original redirected there. */
export function cleanPathOf(path: string): string | undefined {
  if (!path.includes('//') && !path.includes('/.')) return undefined
  const clean = posix.normalize(path)
  return clean === path ? undefined : clean
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
