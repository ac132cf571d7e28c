import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Services } from './actions/action.ts'
import { createDispatch } from './actions/dispatch.ts'
import { createClientOf } from './http/client.ts'
import { createCors } from './http/cors.ts'
import { createHandlePage } from './http/handle-page.ts'
import { createHandleRequest } from './http/handle-request.ts'
import { createNodeServer } from './http/node-server.ts'
import { createPubsub } from './http/pubsub.ts'
import { createLog } from './log.ts'
import { createMails } from './mails/mail.ts'
import { startMailWorker } from './mails/mail-worker.ts'
import { createRenderMail } from './mails/render-mail.ts'
import { createSmtpSender } from './mails/smtp.ts'
import { DEV_INBOX_PATH, devInboxPage } from './pages/dev-inbox.ts'
import { forgotPasswordPages } from './pages/forgot-password.ts'
import { resetPasswordPages } from './pages/reset-password.ts'
import { verifyPages } from './pages/verify.ts'
import { createActivity } from './security/activity.ts'
import { createKeyChecker } from './security/api-key.ts'
import { createAuthenticate } from './security/authenticate.ts'
import { createFieldAccess } from './security/field-access.ts'
import { createJwtTokens } from './security/jwt-tokens.ts'
import { createOneTimeCodes } from './security/one-time-code.ts'
import { createOpaqueTokens } from './security/opaque-tokens.ts'
import { createPasswordHasher } from './security/password.ts'
import { createPasswordHistory } from './security/password-history.ts'
import { createPasswordPolicy, loadCommonPasswords } from './security/password-policy.ts'
import { createRateLimiter } from './security/rate-limit.ts'
import { type Settings, SettingsError } from './settings.ts'
import { indexLoginIds } from './storage/index-login-ids.ts'
import { describeDatabase, openStorage } from './storage/open-storage.ts'
import type { Storage } from './storage/storage.ts'
import { createTemplates } from './templates/templates.ts'

/** A running server. */
export interface SkygearServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string
  /** Where the database is, without its password. */
  database: string
  /** Where the developer reads mails that are not sent; undefined when there is no such page. */
  devInboxUrl: string | undefined
  /** Finishes what is under way, writes what was held back and closes the database. */
  close(): Promise<void>
}

interface ServerOptions {
  log?: Logger
  /**
   * For the developer's own machine: mails are shown on a page there when no mail server is set.
   */
  dev?: boolean
  /** For tests: an answer that its action does not declare is an error. */
  checkAnswers?: boolean
}

/**
 * Opens the database, joins the parts and listens.
 *
 * Rejects with SettingsError when a setting cannot be used, or with the error of the system when
 * the address or the database cannot be had.
 */
export async function createServer(
  settings: Settings,
  options: ServerOptions = {},
): Promise<SkygearServer> {
  checkKeys(settings)
  const log = options.log ?? createLog(settings)
  const storage = await openStorage(databaseUrlOf(settings))
  try {
    await indexLoginIds(storage, settings.authRecordKeys)
    return await serve(settings, storage, log, options)
  } catch (error) {
    await storage.close()
    throw error
  }
}

function databaseUrlOf({ databaseUrl, dataDirectory }: Settings): string {
  return databaseUrl || `sqlite:${join(dataDirectory, 'skygear.db')}`
}

async function serve(
  settings: Settings,
  storage: Storage,
  log: Logger,
  { dev = false, checkAnswers = false }: ServerOptions,
): Promise<SkygearServer> {
  const isDevelopment = dev && isLoopback(settings.host.address)
  const services = createServices(settings, storage, log, isDevelopment)
  const keyKindOf = createKeyChecker(settings)
  const authenticate = createAuthenticate({
    accounts: storage.accounts,
    roles: storage.roles,
    tokens: services.tokens,
    keyKindOf,
    settings,
  })
  const dispatch = createDispatch({ services, authenticate, checkAnswers })
  const cors = createCors(settings.corsHost)
  const clientOf = createClientOf(settings.trustedProxies)
  let publicUrl = settings.publicUrl
  const templates = createTemplates(settings.templatesDirectory)
  const renderMail = createRenderMail(templates, settings, () => publicUrl)
  const hasDevInbox = isDevelopment && !settings.smtpUrl
  const pages = createHandlePage({
    pages: [
      ...forgotPasswordPages(dispatch),
      ...resetPasswordPages(dispatch, storage, services.codes),
      ...verifyPages(storage, services.codes, settings),
      ...(hasDevInbox ? [devInboxPage(storage.outbox, renderMail)] : []),
    ],
    templates,
    appName: settings.appName,
    basePath: publicUrl ? new URL(publicUrl).pathname.replace(/\/$/, '') : '',
  })
  const pubsub = createPubsub(keyKindOf)
  const handleRequest = createHandleRequest({ dispatch, pages, cors, clientOf, log })
  const server = createNodeServer(handleRequest, pubsub)
  const { address, port } = settings.host
  const boundPort = await server.listen(address, port ?? settings.port)
  const url = `http://${urlHost(address)}:${boundPort}`
  publicUrl ||= url
  const mailWorker = services.mails.areSent
    ? startMailWorker({
        ...services,
        renderMail,
        sender: settings.smtpUrl ? createSmtpSender(settings) : undefined,
        log,
      })
    : undefined
  // The list takes a moment to load; not at the cost of the first sign-up.
  if (settings.passwordBlocklist) setTimeout(() => void loadCommonPasswords(), 1_000).unref()
  return {
    url,
    devInboxUrl: hasDevInbox ? publicUrl + DEV_INBOX_PATH : undefined,
    database: describeDatabase(databaseUrlOf(settings)),
    async close() {
      pubsub.close()
      await server.close()
      await mailWorker?.stop()
      await services.activity.flush()
      await storage.close()
    },
  }
}

function createServices(
  settings: Settings,
  storage: Storage,
  log: Logger,
  isDevelopment: boolean,
): Services {
  const activity = createActivity(storage, (error) => {
    log.warn({ error }, 'the times when users were last seen could not be written')
  })
  const passwords = createPasswordHasher()
  const limiter = createRateLimiter(storage.rateLimits, settings)
  return {
    storage,
    fieldAccess: createFieldAccess(storage.fieldAccess),
    tokens:
      settings.tokenStore === 'jwt'
        ? createJwtTokens(storage, settings)
        : createOpaqueTokens(storage, activity, settings),
    passwords,
    policy: createPasswordPolicy(settings),
    passwordHistory: createPasswordHistory(settings, passwords),
    activity,
    codes: createOneTimeCodes(settings),
    limiter,
    mails: createMails(settings, limiter, isDevelopment),
    settings,
  }
}

function checkKeys({ apiKey, masterKey, tokenStore, tokenSecret }: Settings): void {
  if (!apiKey || !masterKey) throw new SettingsError('API_KEY and MASTER_KEY must be set.')
  if (tokenStore === 'jwt' && !tokenSecret) {
    throw new SettingsError('TOKEN_STORE_SECRET must be set for JWT tokens.')
  }
}

/** What other machines cannot reach. */
function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.')
}

/** A browser can open the machine's own address, not the one that means all of them. */
function urlHost(address: string): string {
  if (address === '::' || address === '0.0.0.0') return 'localhost'
  return address.includes(':') ? `[${address}]` : address
}
