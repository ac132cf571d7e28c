import { z } from 'zod'
import { jsonObject } from '../action.ts'

/** The shape of every answer that carries a user; see `authResponse`. */
export const authResult = z.strictObject({
  user_id: z.string(),
  profile: jsonObject.describe("The user's record as the user sees it."),
  access_token: z.string(),
  roles: z.array(z.string()).optional(),
  last_login_at: z.string().optional(),
  last_seen_at: z.string().optional(),
  username: z.string().optional().describe('Only for clients of dialect A.'),
  email: z.string().optional().describe('Only for clients of dialect A.'),
})
