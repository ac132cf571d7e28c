import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Services } from '../actions/action.ts'
import { createDispatch } from '../actions/dispatch.ts'
import { type Audit, MASTER_ACTOR } from '../audit/audit-trail.ts'
import { createLog } from '../log.ts'
import { createAuthenticate } from '../security/authenticate.ts'
import { databaseUrlOf, openServices } from '../server.ts'
import { loadSettings } from '../settings.ts'
import { indexedAuthRecordKeys } from '../storage/index-login-ids.ts'
import { sqliteFileOf } from '../storage/open-storage.ts'
import { CommandError } from './outcome.ts'

/** The server's own parts, in the hands of whoever may read its database. */
export interface Administration extends Services {
  /** Notes what the command does. */
  audit: Audit
  /** Calls an action as somebody with the master key does, without a network. Throws ApiError. */
  call(action: string, payload: Record<string, unknown>): Promise<unknown>
}

/** Opens the database of the settings for `work`, beside servers that run on it. */
export async function administer<T>(
  work: (administration: Administration) => Promise<T>,
): Promise<T> {
  const given = loadSettings(process.env)
  const file = sqliteFileOf(databaseUrlOf(given))
  if (file !== undefined && !existsSync(file)) {
    throw new CommandError(
      `There is no database at ${file} yet. Start the server once, or set DATA_DIR or DATABASE_URL.`,
    )
  }
  // Tokens that actions issue on the way are never handed out, so any secret will do.
  const tokenSecret = randomBytes(32).toString('base64url')
  const log = createLog({ logLevel: 'warn' }, { write: (line) => void process.stderr.write(line) })
  const services = await openServices({ ...given, tokenSecret }, log)
  const { storage } = services
  try {
    // What the server uses, whatever the environment of this command says.
    const authRecordKeys = (await indexedAuthRecordKeys(storage)) ?? given.authRecordKeys
    return await work(joinActions({ ...services, settings: { ...given, authRecordKeys } }, log))
  } finally {
    await storage.close()
  }
}

function joinActions(services: Services, log: ReturnType<typeof createLog>): Administration {
  const { accounts, roles } = services.storage
  const { tokens, settings } = services
  const authenticate = createAuthenticate({
    accounts,
    roles,
    tokens,
    keyKindOf: () => 'master',
    settings,
  })
  const dispatch = createDispatch({ services, authenticate })
  const credentials = { apiKey: 'master', accessToken: undefined, userId: undefined }
  const software = 'skygear-server'
  const client = { address: '', software, network: {}, languages: '', deviceHint: undefined }
  return {
    ...services,
    audit: services.auditTrail.by({ actor: MASTER_ACTOR, client, now: Date.now() }),
    async call(action, payload) {
      return (await dispatch({ action, payload, credentials, client, log })).result
    },
  }
}
