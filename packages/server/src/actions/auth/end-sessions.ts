import type { EndReason, Stores } from '../../storage/storage.ts'

/**
 * Ends every session of a user, whichever kind of tokens the server issues; gives how many are
 * known to have ended.
 */
export async function endSessions(
  { accounts, sessions }: Stores,
  userId: string,
  reason: EndReason,
  now: number,
): Promise<number> {
  await accounts.endTokens(userId, reason)
  return sessions.endAllOfUser(userId, reason, now)
}
