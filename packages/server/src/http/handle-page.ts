import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Client } from '../actions/action.ts'
import { ApiError } from '../errors.ts'
import type { Page, PageAnswer } from '../pages/page.ts'
import type { Templates } from '../templates/templates.ts'
import type { HeaderList } from './cors.ts'
import { readText } from './read-body.ts'

/** Forms are short; a password may be long. */
const MAX_FORM_BYTES = 64 * 1024

interface PageParts {
  pages: Page[]
  templates: Templates
  appName: string
  /** The path under which users reach the server, from the setting of its public address. */
  basePath: string
}

/** Pages are for one person at one time, and nobody else's page may hold them or read their links. */
const pageHeaders: HeaderList = [
  'Content-Type',
  'text/html; charset=utf-8',
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Referrer-Policy',
  'no-referrer',
  'Cross-Origin-Opener-Policy',
  'same-origin',
  'Cross-Origin-Resource-Policy',
  'same-origin',
]

export interface HandlePage {
  /** Undefined when there is no such page. */
  find(path: string, request: IncomingMessage): Page | undefined
  /** Resolves with why the page did not do what it was asked for, for the log. */
  respond(
    page: Page,
    request: IncomingMessage,
    response: ServerResponse,
    context: { headers: HeaderList; client: Client; log: Logger },
  ): Promise<string | undefined>
}

export function createHandlePage({ pages, templates, appName, basePath }: PageParts): HandlePage {
  const pagesByPath = new Map(pages.map((page) => [page.path, page]))
  return {
    find(path, request) {
      const page = pagesByPath.get(path)
      if (page?.isLocal && !isFromHere(request)) return undefined
      return page?.isForPeople && !wantsHtml(request) ? undefined : page
    },

    async respond(page, request, response, { headers, client, log }) {
      const answer = await ask(page, request, client, log)
      if ('goTo' in answer) {
        const location = ['Location', basePath + answer.goTo, 'Content-Length', '0']
        response.writeHead(303, [...headers, ...pageHeaders, ...location]).end()
        return undefined
      }
      const nonce = randomBytes(16).toString('base64')
      const facts = { ...answer.facts, app: appName, base: basePath, nonce }
      const html = await templates.page(answer.page, client.languages, facts)
      const { retryAfterSeconds: retryAfter } = answer
      const more = [
        'Content-Security-Policy',
        contentPolicy(nonce, page),
        'Content-Length',
        String(Buffer.byteLength(html)),
        ...(retryAfter === undefined ? [] : ['Retry-After', String(retryAfter)]),
      ]
      response.writeHead(answer.status, [...headers, ...pageHeaders, ...more]).end(html)
      return answer.reason
    },
  }
}

async function ask(
  page: Page,
  request: IncomingMessage,
  client: Client,
  log: Logger,
): Promise<PageAnswer> {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams
  const form = new URLSearchParams()
  if (request.method !== 'POST' || !page.post) return page.get({ query, form, client, log })
  // Forms of other sites are not the user's will. Browsers say where a form comes from.
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    throw new ApiError('PermissionDenied', 'Forms of other sites are not accepted.')
  }
  const sent = new URLSearchParams(await readText(request, MAX_FORM_BYTES))
  return page.post({ query, form: sent, client, log })
}

/**
 * True for a browser on this machine that asks for this machine. The name counts too: another site
 * can have its own name point here, and a proxy on this machine asks for others.
 */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isHere = /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')
  const isMeant = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? '')
  return isHere && isMeant && headers['x-forwarded-for'] === undefined
}

/** True for what browsers send when somebody opens an address. */
function wantsHtml({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && /\btext\/html\b/.test(headers.accept ?? '')
}

/** No scripts at all; styles only where the template put them. */
function contentPolicy(nonce: string, { isLocal }: Page): string {
  // Mails bring styles of their own, which a frame takes over from its page.
  const styles = isLocal ? "'unsafe-inline'" : `'nonce-${nonce}'`
  return [
    "default-src 'none'",
    `style-src ${styles}`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
}
