/**
 * Loaded before our built server, which has no setting for this: gives it a trivial hash in place
 * of the package that it hashes with.
 */
import { registerHooks } from 'node:module'

const TRIVIAL = new URL('trivial-argon2.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@node-rs/argon2'
      ? { url: TRIVIAL, shortCircuit: true }
      : next(specifier, context),
})
