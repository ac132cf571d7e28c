import type { Stores, User } from '../../storage/storage.ts'

/**
 * Deletes a user for good: account, login ids, sessions, user record and private database. Public
 * records stay, since others may work with them; fields that referred to the user are taken out.
 */
export async function deleteUser(
  stores: Stores,
  { account, record }: User,
  now: number,
): Promise<void> {
  await stores.sessions.endAllOfUser(account.id, 'userDeleted', now)
  await stores.records.deleteAll(account.id)
  await stores.records.removeReferencesTo(record.databaseId, record)
  await stores.records.delete(record.databaseId, record)
  await stores.accounts.delete(account.id)
}
