import { registerHooks } from 'node:module'

/** Gives Express 4 to an app that imports Express. */
registerHooks({
  resolve: (name, context, next) => next(name === 'express' ? 'express-4' : name, context),
})
