import type { Stores } from '../../storage/storage.ts'

/** Ends every session of a user, whichever kind of tokens the server issues. */
export async function endSessions({ accounts, sessions }: Stores, userId: string): Promise<void> {
  await sessions.deleteAllOfUser(userId)
  await accounts.endTokens(userId)
}
