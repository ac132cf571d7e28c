import { setTimeout } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { type Storage, StorageUnavailable, type Stores } from '../storage.ts'
import { createAccountStore } from './accounts.ts'
import { createAuditStore } from './audit-events.ts'
import { createCustomTokenUserStore } from './custom-token-users.ts'
import type { SqlEngine } from './engine.ts'
import { createFieldAccessStore } from './field-access.ts'
import { createLoginIdStore } from './login-ids.ts'
import { createMetadataStore } from './metadata.ts'
import { migrate } from './migrate.ts'
import { createOneTimeCodeStore } from './one-time-codes.ts'
import { createOutboxStore } from './outbox-mails.ts'
import { createPasswordHistoryStore } from './password-history.ts'
import { createRateLimitStore } from './rate-limits.ts'
import { createRecordStore } from './records.ts'
import { createResetRequestStore } from './reset-requests.ts'
import { createRevokedTokenStore } from './revoked-tokens.ts'
import { createRoleStore } from './roles.ts'
import type { Tables } from './schema.ts'
import { createSchemaStore } from './schemas.ts'
import { createSessionStore } from './sessions.ts'

/** Gives the stores over an engine. */
export function createSqlStorage(engine: SqlEngine): Storage {
  const storesOver = (db: Kysely<Tables>): Stores => ({
    accounts: createAccountStore(db),
    loginIds: createLoginIdStore(db),
    roles: createRoleStore(db),
    customTokenUsers: createCustomTokenUserStore(db),
    passwordHistory: createPasswordHistoryStore(db),
    sessions: createSessionStore(db, engine),
    revokedTokens: createRevokedTokenStore(db),
    records: createRecordStore(db, engine),
    schema: createSchemaStore(db, engine.dialect),
    fieldAccess: createFieldAccessStore(db),
    oneTimeCodes: createOneTimeCodeStore(db),
    resetRequests: createResetRequestStore(db, engine.dialect),
    outbox: createOutboxStore(db, engine.dialect),
    rateLimits: createRateLimitStore(db),
    audit: createAuditStore(db, engine.dialect),
    metadata: createMetadataStore(db),
  })
  return {
    ...storesOver(engine.db),
    prepare: async () => void (await migrate(engine.db)),
    isRemote: engine.isRemote,
    transaction: (work) => runTransaction(engine, (db) => work(storesOver(db))),
    ping: async () => {
      // From a table, since a constant needs no file.
      await engine.db.selectFrom('metadata').select('name').limit(1).execute()
    },
    close: () => engine.close(),
  }
}

/** More tries than contention on one user's data ever needs. */
const MAX_TRIES = 10

/** Runs the work as if no other transaction ran, again when another one got in its way. */
async function runTransaction<T>(
  { db, isConflict }: SqlEngine,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(work)
    } catch (error) {
      if (!isConflict(error)) throw error
      if (tries === MAX_TRIES) throw new StorageUnavailable('', { cause: error })
      await setTimeout(Math.random() * tries * RETRY_AFTER_MS)
    }
  }
}

/** Transactions that met once wait for different times before they meet again. */
const RETRY_AFTER_MS = 5
