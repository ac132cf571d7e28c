import { SettingsError } from '../settings.ts'
import { loginIdsOf } from '../users/login-id.ts'
import { type Storage, UniqueViolation } from './storage.ts'

const METADATA_NAME = 'auth_record_keys'

/**
 * Brings the login ids in line with `AUTH_RECORD_KEYS` when the setting is another than last time.
 *
 * Throws SettingsError when two users would have the same login id.
 */
export async function indexLoginIds(storage: Storage, authRecordKeys: string[][]): Promise<void> {
  const wanted = JSON.stringify(authRecordKeys)
  const indexed = await storage.metadata.get(METADATA_NAME)
  if (indexed === wanted) return
  await storage.transaction(async (stores) => {
    if (indexed !== undefined) {
      await stores.loginIds.clear()
      for await (const { key, fields } of stores.records.all('user')) {
        await stores.loginIds.replace(key, loginIdsOf(authRecordKeys, fields)).catch(explain)
      }
    }
    await stores.metadata.set(METADATA_NAME, wanted)
  })
}

/** What the login ids were last made from; undefined if no server has used the database yet. */
export async function indexedAuthRecordKeys(storage: Storage): Promise<string[][] | undefined> {
  const indexed = await storage.metadata.get(METADATA_NAME)
  return indexed === undefined ? undefined : (JSON.parse(indexed) as string[][])
}

function explain(error: unknown): never {
  if (!(error instanceof UniqueViolation)) throw error
  throw new SettingsError(
    'AUTH_RECORD_KEYS cannot be used: two users would have the same login id.',
  )
}
