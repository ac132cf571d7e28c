/** Far below what the engines can be given, and enough that the statement itself costs little. */
const VALUES_A_STATEMENT = 500

/** Parts of a list that is too long for one statement. */
export function inStatements<Value>(values: Value[]): Value[][] {
  const count = Math.ceil(values.length / VALUES_A_STATEMENT)
  return Array.from({ length: count }, (_, n) =>
    values.slice(n * VALUES_A_STATEMENT, (n + 1) * VALUES_A_STATEMENT),
  )
}
