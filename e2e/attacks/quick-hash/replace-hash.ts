/**
 * Loaded before the tests, when races are run by the thousand: gives the server a quick hash in place
 * of the package that it hashes with.
 */
import { registerHooks } from 'node:module'

/** By its name or its path, as Vitest has it; not the compiled parts of the package. */
const PACKAGE = /@node-rs\/argon2(?!-)/

const QUICK = new URL('quick-argon2.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    PACKAGE.test(specifier) ? { url: QUICK, shortCircuit: true } : next(specifier, context),
})
