import type { StoredRecord } from '../../records/record.ts'
import type { Value } from '../../records/value.ts'
import type { Settings } from '../../settings.ts'
import type { Stores } from '../../storage/storage.ts'
import { languagesOf } from '../../users/user.ts'
import type { ActionContext } from '../action.ts'

interface ChangeParts extends Pick<ActionContext, 'mails' | 'client'> {
  stores: Stores
  settings: Pick<Settings, 'verifyKeys'>
  now: number
}

/**
 * What a change of a user record brings with it, within its transaction: codes that went to an
 * address of before are void, and whoever reads mail under the old one is told. `before` is the
 * record without the changes.
 */
export async function afterUserChange(
  before: StoredRecord,
  changes: Record<string, Value>,
  { stores, mails, client, settings, now }: ChangeParts,
): Promise<void> {
  const addressKeys = new Set(['email', ...settings.verifyKeys])
  for (const recordKey of addressKeys) {
    if (Object.hasOwn(changes, recordKey)) await stores.oneTimeCodes.void(before.key, { recordKey })
  }
  if (!Object.hasOwn(changes, 'email')) return
  const languages = languagesOf(before, client.languages)
  const recipient = { address: before.fields['email'], languages }
  await mails.post(stores, { kind: 'email-was-changed' }, recipient, now)
}
