import { invalidArgument } from '../errors.ts'
import { parseTerm, type Term } from './operand.ts'

/** What a query wants beside each record, under a name of the client's. */
export interface Inclusion {
  alias: string
  term: Term
}

/** Each costs a look-up. */
const MAX_INCLUSIONS = 20

/**
 * Reads `include`: an object of key paths and distances.
 *
 * Throws InvalidArgument, RecordQueryInvalid or NotSupported.
 */
export function parseInclude(input: unknown): Inclusion[] {
  if (input === undefined || input === null) return []
  if (typeof input !== 'object' || Array.isArray(input)) {
    throw invalidArgument('include must be an object', 'include')
  }
  const entries = Object.entries(input)
  if (entries.length > MAX_INCLUSIONS) throw invalidArgument('include is too long', 'include')
  return entries.map(([alias, value]) => {
    const term = parseTerm(value)
    if (!term) throw invalidArgument('include takes key paths and distances', 'include')
    return { alias, term }
  })
}

/**
 * Reads `desired_keys`; undefined when all fields are wanted.
 *
 * Throws InvalidArgument.
 */
export function parseDesiredKeys(input: unknown): Set<string> | undefined {
  if (!Array.isArray(input)) return undefined
  if (!input.every((key) => typeof key === 'string')) {
    throw invalidArgument('unexpected value in desired_keys', 'desired_keys')
  }
  return new Set(input)
}
