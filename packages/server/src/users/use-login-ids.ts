import type { Operand } from '../records/operand.ts'
import type { Predicate } from '../records/predicate.ts'
import type { Value } from '../records/value.ts'
import { loginIdsOf } from './login-id.ts'

/**
 * Turns look-ups of users by a name into look-ups of login ids, which ignore case in all of
 * Unicode and have an index.
 */
export function useLoginIds(predicate: Predicate, groups: string[][]): Predicate {
  switch (predicate.op) {
    case 'and':
    case 'or':
      return { ...predicate, operands: predicate.operands.map((one) => useLoginIds(one, groups)) }
    case 'not':
      return { ...predicate, operand: useLoginIds(predicate.operand, groups) }
    case 'eq':
      return (
        lookUpOperands(predicate.left, predicate.right, groups) ??
        lookUpOperands(predicate.right, predicate.left, groups) ??
        predicate
      )
    case 'in':
      return (
        (predicate.path.kind === 'field' &&
          lookUpLoginIds(predicate.path.name, predicate.values, groups)) ||
        predicate
      )
    default:
      return predicate
  }
}

function lookUpOperands(
  path: Operand,
  literal: Operand,
  groups: string[][],
): Predicate | undefined {
  if (path.kind !== 'field' || literal.kind !== 'literal') return undefined
  return lookUpLoginIds(path.name, [literal.value], groups)
}

function lookUpLoginIds(name: string, values: Value[], groups: string[][]): Predicate | undefined {
  const identifiesAlone = groups.some((keys) => keys.length === 1 && keys[0] === name)
  if (!identifiesAlone || values.includes(null)) return undefined
  const ids = values.flatMap((value) => loginIdsOf([[name]], { [name]: value }))
  return { op: 'loginId', group: name, canonicals: ids.map((id) => id.canonical) }
}
