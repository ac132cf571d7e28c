import { invalidArgument } from '../errors.ts'
import { parseTerm, type Term } from './operand.ts'

export interface SortKey {
  path: Term
  direction: 'asc' | 'desc'
}

/** Engines sort by a limited number of things, and nobody by so many. */
const MAX_KEYS = 20

/**
 * Reads `sort`: a list of [key path or distance, "asc" or "desc"].
 *
 * Throws InvalidArgument, RecordQueryInvalid or NotSupported.
 */
export function parseSort(input: unknown): SortKey[] {
  if (input === undefined || input === null) return []
  if (!Array.isArray(input)) throw invalidArgument('sort must be a list', 'sort')
  if (input.length > MAX_KEYS) throw invalidArgument('sort has too many keys', 'sort')
  return input.map((item) => {
    const [operand, direction] = Array.isArray(item) ? (item as unknown[]) : []
    const path = parseTerm(operand)
    if (!path || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidArgument('sort takes pairs of a key path and asc or desc', 'sort')
    }
    return { path, direction }
  })
}
