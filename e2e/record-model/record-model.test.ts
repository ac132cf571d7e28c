import { expect, it } from 'vitest'
import { checkModel } from './check-model.ts'

it.each([1, 2, 3])(
  'R-47, IN-18: answers as the model does, seed %d',
  async (seed) => {
    expect(await checkModel({ steps: 250, seed })).toBeUndefined()
  },
  60_000,
)
