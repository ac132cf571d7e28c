import { z } from 'zod'
import { defineAction } from '../action.ts'

export const unregisterDevice = defineAction({
  name: 'device:unregister',
  summary:
    'Confirms that a device gets no push messages. None are sent; but published SDKs ask for this before they log out, and do not log out without it.',
  access: 'user',
  input: z.object({ id: z.string().nullish() }),
  output: z.object({ id: z.string() }),
  errors: [],

  async handler({ id }) {
    return { id: id ?? '' }
  },
})
