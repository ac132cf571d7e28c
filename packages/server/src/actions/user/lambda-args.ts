import { z } from 'zod'

/**
 * The input of what was a plugin's function in the original: `args` with the arguments by name, or
 * as a list in the order of the shape.
 */
export function lambdaInput<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape)
  const byName = (args: unknown) => {
    if (!Array.isArray(args)) return args ?? {}
    return Object.fromEntries(names.map((name, index) => [name, args[index]]))
  }
  return z.object({ args: z.preprocess(byName, z.object(shape)) })
}
