import { invalidArgument } from '../../errors.ts'

/**
 * Throws InvalidArgument for a text with the character NUL, which PostgreSQL cannot hold; the same
 * for every engine, so that an app that moves to another one sees no difference.
 */
export function refuseNul(parameters: readonly unknown[]): void {
  if (parameters.some((value) => typeof value === 'string' && value.includes('\0'))) {
    throw invalidArgument('A text contains the character NUL.')
  }
}
