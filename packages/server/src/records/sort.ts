import { invalidArgument } from '../errors.ts'
import { parseTerm, type Term } from './operand.ts'

export interface SortKey {
  path: Term
  direction: 'asc' | 'desc'
}

/**
 * Reads `sort`: a list of [key path or distance, "asc" or "desc"].
 *
 * Throws InvalidArgument, RecordQueryInvalid or NotSupported.
 */
export function parseSort(input: unknown): SortKey[] {
  if (input === undefined || input === null) return []
  if (!Array.isArray(input)) throw invalidArgument('sort must be a list', 'sort')
  return input.map((item) => {
    const [operand, direction] = Array.isArray(item) ? (item as unknown[]) : []
    const path = parseTerm(operand)
    if (!path || (direction !== 'asc' && direction !== 'desc')) {
      throw invalidArgument('sort takes pairs of a key path and asc or desc', 'sort')
    }
    return { path, direction }
  })
}
