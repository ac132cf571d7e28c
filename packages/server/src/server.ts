import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Services } from './actions/action.ts'
import { createDispatch } from './actions/dispatch.ts'
import type { Readiness } from './actions/readiness.ts'
import { openAuditSink } from './audit/audit-sink.ts'
import { createAuditTrail } from './audit/audit-trail.ts'
import { startAuditWorker } from './audit/audit-worker.ts'
import { createClientOf } from './http/client.ts'
import { createCors } from './http/cors.ts'
import { createHandlePage } from './http/handle-page.ts'
import { createHandleRequest } from './http/handle-request.ts'
import { createMetricsPage } from './http/metrics-page.ts'
import { createNodeServer } from './http/node-server.ts'
import { createPubsub } from './http/pubsub.ts'
import { createLog } from './log.ts'
import { createMails } from './mails/mail.ts'
import { startMailWorker } from './mails/mail-worker.ts'
import { createRenderMail } from './mails/render-mail.ts'
import { createSmtpSender } from './mails/smtp.ts'
import { createMetrics, type MetricValues } from './metrics.ts'
import { DEV_INBOX_PATH, devInboxPage } from './pages/dev-inbox.ts'
import { devStartPage } from './pages/dev-start.ts'
import { forgotPasswordPages } from './pages/forgot-password.ts'
import { resetPasswordPages } from './pages/reset-password.ts'
import { verifyPages } from './pages/verify.ts'
import { createActivity } from './security/activity.ts'
import { createKeyChecker } from './security/api-key.ts'
import { createAuthenticate } from './security/authenticate.ts'
import { createBreachedPasswords } from './security/breached-passwords.ts'
import { createFieldAccess } from './security/field-access.ts'
import { createJwtTokens } from './security/jwt-tokens.ts'
import { createKnownDevices } from './security/known-device.ts'
import { createLoginAttempts } from './security/login-attempts.ts'
import { createOneTimeCodes } from './security/one-time-code.ts'
import { createOpaqueTokens } from './security/opaque-tokens.ts'
import { createPasswordHasher } from './security/password.ts'
import { createPasswordHistory } from './security/password-history.ts'
import { createPasswordPolicy, loadCommonPasswords } from './security/password-policy.ts'
import { createRateLimiter } from './security/rate-limit.ts'
import { type Settings, SettingsError } from './settings.ts'
import { indexLoginIds } from './storage/index-login-ids.ts'
import { connectStorage, describeDatabase, openStorage } from './storage/open-storage.ts'
import { startRetention } from './storage/retention.ts'
import { type Storage, StorageUnavailable } from './storage/storage.ts'
import { createTemplates } from './templates/templates.ts'

/** A running server. */
export interface SkygearServer {
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  url: string
  /** Where the database is, without its password. */
  database: string
  /** Where the developer reads mails that are not sent; undefined when there is no such page. */
  devInboxUrl: string | undefined
  /** What this process has counted. */
  metrics(): MetricValues
  /**
   * Finishes what is under way, within ten seconds, writes what was held back and closes the
   * database. May be called more than once.
   */
  close(): Promise<void>
}

export interface ServerOptions {
  log?: Logger
  /**
   * For the developer's own machine: mails are shown on a page there when no mail server is set, and
   * limits of networks do not hold.
   */
  dev?: boolean
  /** The workers that share the machine with this server's process, itself included. Default: 1. */
  workers?: number
  /** What the other workers have counted. */
  otherMetrics?: () => Promise<MetricValues[]>
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
  const storage = await connectStorage(databaseUrlOf(settings))
  const readiness: Readiness = { isPrepared: false, isStopping: false }
  try {
    await prepare(storage, settings, readiness, log)
    return await serve(settings, storage, readiness, log, options)
  } catch (error) {
    readiness.isStopping = true
    await storage.close()
    throw error
  }
}

/** Between two tries to reach a database that is away. */
const TRY_AGAIN_AFTER_MS = 500

/**
 * Brings the database up to date. Resolves at once when it is away but may come back: the server
 * then answers that it cannot serve yet, until a later try succeeds.
 */
async function prepare(
  storage: Storage,
  settings: Settings,
  readiness: Readiness,
  log: Logger,
): Promise<void> {
  const tryOnce = async () => {
    await storage.prepare()
    await indexLoginIds(storage, settings.authRecordKeys)
    readiness.isPrepared = true
  }
  try {
    await tryOnce()
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error
    if (!storage.isRemote) throw error.cause
    log.warn({ error: error.cause }, 'the database cannot be reached; it is tried again')
    void keepTrying(tryOnce, readiness, log)
  }
}

async function keepTrying(
  tryOnce: () => Promise<void>,
  readiness: Readiness,
  log: Logger,
): Promise<void> {
  while (!readiness.isPrepared && !readiness.isStopping) {
    await wait(TRY_AGAIN_AFTER_MS, undefined, { ref: false })
    try {
      await tryOnce()
      log.info('the database is there')
    } catch (error) {
      if (!(error instanceof StorageUnavailable))
        log.error({ error }, 'the database cannot be used')
    }
  }
}

/**
 * Opens the database and joins what actions work with, for whoever calls them without a network.
 * `storage.close()` ends it.
 */
export async function openServices(settings: Settings, log: Logger): Promise<Services> {
  const storage = await openStorage(databaseUrlOf(settings))
  const readiness = { isPrepared: true, isStopping: false }
  return createServices(settings, storage, log, { readiness, workers: 1, isDevelopment: false })
}

/** Where the database of these settings is. */
export function databaseUrlOf({ databaseUrl, dataDirectory }: Settings): string {
  return databaseUrl || `sqlite:${join(dataDirectory, 'skygear.db')}`
}

async function serve(
  settings: Settings,
  storage: Storage,
  readiness: Readiness,
  log: Logger,
  options: ServerOptions,
): Promise<SkygearServer> {
  const isDevelopment = options.dev === true && isLoopback(settings.host.address)
  const services = createServices(settings, storage, log, {
    readiness,
    workers: options.workers ?? 1,
    isDevelopment,
  })
  const keyKindOf = createKeyChecker(settings)
  const authenticate = createAuthenticate({
    accounts: storage.accounts,
    roles: storage.roles,
    tokens: services.tokens,
    keyKindOf,
    settings,
  })
  const dispatch = createDispatch({ services, authenticate, ...options })
  const cors = createCors(settings.corsHost)
  const clientOf = createClientOf(settings.trustedProxies)
  let publicUrl = settings.publicUrl
  const templates = createTemplates(settings.templatesDirectory)
  const renderMail = createRenderMail(templates, settings, () => publicUrl)
  const hasDevInbox = isDevelopment && !settings.smtpUrl
  const pages = createHandlePage({
    pages: [
      ...forgotPasswordPages(dispatch),
      ...resetPasswordPages(dispatch, storage, services.codes, settings),
      ...verifyPages(storage, services.codes, services.auditTrail, settings),
      ...(hasDevInbox ? [devInboxPage(storage.outbox, renderMail)] : []),
      ...(isDevelopment
        ? [devStartPage({ url: () => publicUrl, apiKey: settings.apiKey, hasDevInbox })]
        : []),
    ],
    templates,
    appName: settings.appName,
    basePath: publicUrl ? new URL(publicUrl).pathname.replace(/\/$/, '') : '',
  })
  const pubsub = createPubsub(keyKindOf)
  const metrics = createMetrics()
  const metricsPage = createMetricsPage({
    keyKindOf,
    gather: async () => [
      metrics.values(),
      await mailMetrics(storage),
      ...((await options.otherMetrics?.()) ?? []),
    ],
  })
  const { count } = metrics
  const handleRequest = createHandleRequest({
    dispatch,
    pages,
    cors,
    clientOf,
    metricsPage,
    count,
    log,
  })
  const server = createNodeServer(handleRequest, pubsub, settings.maxConnections)
  metrics.watch('skygear_connections', server.connections)
  metrics.watch('skygear_requests_in_flight', server.requestsInFlight)
  metrics.watch('skygear_password_hashes_waiting', services.passwords.waiting)
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
  const auditWorker =
    settings.auditEnabled && settings.auditHandlerUrl
      ? startAuditWorker(storage, openAuditSink(settings.auditHandlerUrl), log)
      : undefined
  const retention = startRetention(storage, settings, log)
  // The list takes a moment to load; not at the cost of the first sign-up.
  if (settings.passwordBlocklist) setTimeout(() => void loadCommonPasswords(), 1_000).unref()
  const stop = async () => {
    readiness.isStopping = true
    pubsub.close()
    await server.close()
    await mailWorker?.stop()
    await auditWorker?.stop()
    await retention.stop()
    await services.activity.flush()
    await storage.close()
  }
  let stopped: Promise<void> | undefined
  return {
    url,
    devInboxUrl: hasDevInbox ? publicUrl + DEV_INBOX_PATH : undefined,
    database: describeDatabase(databaseUrlOf(settings)),
    metrics: metrics.values,
    close: () => (stopped ??= stop()),
  }
}

/** Of the database and so of all processes: one of them gives it. */
async function mailMetrics({ outbox }: Storage): Promise<MetricValues> {
  try {
    const { pending, failed } = await outbox.counts(Date.now())
    return { skygear_mails_pending: pending, skygear_mails_failed: failed }
  } catch (error) {
    // While the database is away the other figures are all the more of interest.
    if (error instanceof StorageUnavailable) return {}
    throw error
  }
}

/** How the services are used. */
interface Circumstances {
  readiness: Readiness
  /** The processes that share the machine, this one included. */
  workers: number
  isDevelopment: boolean
}

function createServices(
  settings: Settings,
  storage: Storage,
  log: Logger,
  { readiness, workers, isDevelopment }: Circumstances,
): Services {
  const activity = createActivity(storage, (error) => {
    log.warn({ error }, 'the times when users were last seen could not be written')
  })
  const passwords = createPasswordHasher(workers)
  // Only proxies that are trusted tell of other machines than the developer's own.
  const isOneMachine = isDevelopment && settings.trustedProxies.rules.length === 0
  const limiter = createRateLimiter(storage.rateLimits, settings, !isOneMachine)
  const devices = createKnownDevices(settings)
  return {
    storage,
    fieldAccess: createFieldAccess(storage.fieldAccess),
    tokens:
      settings.tokenStore === 'jwt'
        ? createJwtTokens(storage, settings)
        : createOpaqueTokens(storage, activity, settings),
    passwords,
    policy: createPasswordPolicy(settings, createBreachedPasswords(settings, log)),
    passwordHistory: createPasswordHistory(settings, passwords),
    activity,
    codes: createOneTimeCodes(settings),
    limiter,
    devices,
    loginAttempts: createLoginAttempts(storage.rateLimits, limiter, devices),
    auditTrail: createAuditTrail(settings),
    mails: createMails(settings, limiter, isDevelopment),
    readiness,
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
