import { createVerifier } from 'skygear/server'

export const verify = createVerifier({
  endPoint: process.env.SKYGEAR_ENDPOINT!,
  apiKey: process.env.SKYGEAR_API_KEY!,
})
