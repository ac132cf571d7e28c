import { z } from 'zod'
import { sessionIdOf } from '../../security/access-token.ts'
import { defineAction } from '../action.ts'

export const listSessions = defineAction({
  name: 'auth:sessions',
  summary:
    "Lists the caller's sessions that have not ended, newest first. JWT tokens are not kept by the server: of those it lists the caller's own.",
  access: 'user',
  input: z.object({}),
  output: z.strictObject({
    sessions: z.array(
      z.strictObject({
        id: z.string().describe('For `auth:sessions:revoke`; good for nothing else.'),
        current: z.boolean().describe('True for the session that asks.'),
        created_at: z.string(),
        last_seen_at: z.string().describe('At most a minute behind.'),
        client: z.string().optional().describe('What logged in, such as `Chrome on Windows`.'),
        address: z.string().optional().describe('IP address that the log-in came from.'),
      }),
    ),
  }),
  errors: [],

  async handler(_, { caller, storage, tokens, now }) {
    const sessions = await tokens.list(storage, caller.user.account, caller.token, now)
    return {
      sessions: sessions.map((session) => ({
        id: sessionIdOf(session.tokenHash),
        current: session.isCurrent,
        created_at: new Date(session.createdAt).toISOString(),
        last_seen_at: new Date(session.lastSeenAt).toISOString(),
        ...(session.client !== null && { client: session.client }),
        ...(session.address !== null && { address: session.address }),
      })),
    }
  },
})
