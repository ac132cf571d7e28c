import { createHash, createHmac } from 'node:crypto'

export type Variables = Record<string, string>

interface TokenRecipe {
  secret?: string
  claims?: Record<string, unknown>
  alg?: keyof typeof HASH_OF_ALGORITHM | 'none'
  header?: Record<string, unknown>
}

const HASH_OF_ALGORITHM = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' } as const

/** Replaces every placeholder of a request's template, in keys and values, at any depth. */
export function fill(template: unknown, variables: Variables): unknown {
  if (typeof template === 'string') return fillText(template, variables)
  if (Array.isArray(template)) return template.map((item) => fill(item, variables))
  if (!isObject(template)) return template
  if (template['$jwt']) return signToken(fill(template['$jwt'], variables) as TokenRecipe)
  if (template['$tamper']) return tamper(String(fill(template['$tamper'], variables)))
  const members = Object.entries(template)
  return Object.fromEntries(members.map(([k, v]) => [fillText(k, variables), fill(v, variables)]))
}

/** Replaces `{{…}}` in one text. An unknown variable becomes `unset-<name>`. */
export function fillText(template: string, variables: Variables): string {
  return template.replace(/\{\{([^{}]+)\}\}/g, (_, expression: string) => {
    return evaluate(expression, variables)
  })
}

/** The value at a dotted path, or undefined. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function evaluate(expression: string, variables: Variables): string {
  const [kind, ...operands] = expression.split(':')
  if (kind === 'rep') return String(operands[0]).repeat(Number(operands[1]))
  if (kind === 'hex') return hexText(Number(operands[0]))
  const offset = /^now([+-]\d+)?$/.exec(expression)
  if (offset) return rfc3339(secondsFromNow(offset[1]))
  return variables[expression] ?? `unset-${expression}`
}

/** The same text on every run, and one that no compression shortens. */
function hexText(length: number): string {
  let text = ''
  for (let block = 0; text.length < length; block++) {
    text += createHash('sha256').update(`hex${block}`).digest('hex')
  }
  return text.slice(0, length)
}

function rfc3339(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

function secondsFromNow(offset: string | undefined): number {
  return Math.floor(Date.now() / 1000) + Number(offset ?? 0)
}

function signToken({ secret = '', claims = {}, alg = 'HS256', header = {} }: TokenRecipe): string {
  const times = Object.entries(claims).map(([name, value]) => [name, claimValue(value)])
  const parts = [{ alg, typ: 'JWT', ...header }, Object.fromEntries(times)]
  const signed = parts.map((part) => base64url(JSON.stringify(part))).join('.')
  if (alg === 'none') return `${signed}.`
  const signature = createHmac(HASH_OF_ALGORITHM[alg], secret).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

/** `"@now-60"` in a claim is that many seconds from now, as a number. */
function claimValue(value: unknown): unknown {
  const offset = typeof value === 'string' ? /^@now([+-]\d+)?$/.exec(value) : null
  return offset ? secondsFromNow(offset[1]) : value
}

/** Changes one character inside the token's last part. */
function tamper(token: string): string {
  const at = token.length - 5
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
