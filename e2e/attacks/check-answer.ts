import { hash } from 'node:crypto'
import { expect } from 'vitest'
import type { TestServer } from '../../packages/server/src/testing/test-server.ts'
import type { HttpAnswer, HttpRequest } from '../send-request.ts'
import { errorOf } from '../wire.ts'

/** What no error may show of the server's inside: stacks, files, libraries, statements. */
const INSIDES =
  /node_modules|\.[jt]s:\d+|\bat \w+ \(|sqlite|postgres|kysely|zod|select .* from|insert into/i

/** Below this, a text that was sent may appear in an answer by chance. */
const LEAST_SECRET = 8

/** How texts begin that must be found nowhere; others may be stored as something else. */
const CANARY = 'canary-'

/** G1, G2 and G5: what holds for every answer, whatever was asked. */
export async function checkAnswer(
  request: HttpRequest,
  answer: HttpAnswer,
  { server, secrets }: { server: TestServer; secrets: Set<string> },
): Promise<void> {
  const { status } = answer
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  const error = typeof answer.body === 'object' ? errorOf(answer) : undefined
  // G1: the server is there, and refuses only as it says it may.
  expect(status, `no answer to ${request.path}: ${text}`).toBeGreaterThan(0)
  if (status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  else if (status !== 501) expect(status, text).toBeLessThan(500)

  // G2: nothing of the inside, and nothing secret that was sent.
  const isOwn = INSIDES.test(JSON.stringify(request.body ?? String(request.raw)))
  if (!isOwn) expect(JSON.stringify(error ?? {})).not.toMatch(INSIDES)
  const { own, presented } = secretsOf(request)
  for (const secret of [...own, ...presented]) expect(withoutToken(answer)).not.toContain(secret)
  for (const secret of own) if (secret.startsWith(CANARY)) secrets.add(secret)
  for (const token of tokensOf(answer)) secrets.add(token)

  // G5: clients sign their user out on code 104, so it is for tokens that are dead.
  if (error?.code === 104) {
    expect(status).toBe(401)
    const token = tokenOf(request)
    expect(token, 'code 104 without a token').toBeDefined()
    if (isSigned(token!)) return
    const tokenHash = hash('sha256', token!, 'base64url')
    const live = await server.sql('select 1 from session where token_hash = ?', tokenHash)
    expect(live, 'code 104 for a token that is good').toEqual([])
  }
}

/** Passwords and codes, which are secret whoever sends them, and what was sent as key or token. */
function secretsOf({ body, headers, raw }: HttpRequest): { own: string[]; presented: string[] } {
  const own: string[] = []
  const presented: string[] = []
  const visit = (value: unknown, name = '') => {
    if (typeof value === 'string' && /password$|^code$/.test(name)) own.push(value)
    if (typeof value === 'string' && name === 'access_token') presented.push(value)
    if (typeof value !== 'object' || value === null) return
    for (const [key, member] of Object.entries(value)) visit(member, key)
  }
  visit(body ?? tryParse(raw))
  for (const name of ['X-Skygear-API-Key', 'X-Skygear-Access-Token']) {
    const value = headers[name]
    if (typeof value === 'string') presented.push(value)
  }
  const isLong = (secret: string) => secret.trim().length >= LEAST_SECRET
  return { own: own.filter(isLong), presented: presented.filter(isLong) }
}

function tryParse(raw: HttpRequest['raw']): unknown {
  try {
    return typeof raw === 'string' ? JSON.parse(raw) : undefined
  } catch {
    return undefined
  }
}

/** The one place where a token belongs is left out. */
function withoutToken({ body }: HttpAnswer): string {
  const { result, ...rest } = (typeof body === 'object' ? body : { body }) as Record<
    string,
    unknown
  >
  const isAuthResult = typeof result === 'object' && result !== null && 'access_token' in result
  return JSON.stringify(
    isAuthResult ? { ...rest, ...result, access_token: '' } : { ...rest, result },
  )
}

function tokensOf({ body }: HttpAnswer): string[] {
  const token = (body as { result?: { access_token?: unknown } } | null)?.result?.access_token
  return typeof token === 'string' ? [token] : []
}

function tokenOf({ headers, body }: HttpRequest): string | undefined {
  const inBody = (body as { access_token?: unknown } | undefined)?.access_token
  const token = headers['X-Skygear-Access-Token'] ?? inBody
  return token === undefined ? undefined : String(token)
}

function isSigned(token: string): boolean {
  return token.split('.').length === 3
}
