import type { Logger } from 'pino'
import { z } from 'zod'
import type { Audit, AuditTrail } from '../audit/audit-trail.ts'
import type { ErrorName } from '../errors.ts'
import type { Mails } from '../mails/mail.ts'
import type { AccessTokens, TokenHolder } from '../security/access-token.ts'
import type { Activity } from '../security/activity.ts'
import type { Access, Caller } from '../security/authenticate.ts'
import type { FieldAccess } from '../security/field-access.ts'
import type { KnownDevices } from '../security/known-device.ts'
import type { LoginAttempts } from '../security/login-attempts.ts'
import type { OneTimeCodes } from '../security/one-time-code.ts'
import type { PasswordHasher } from '../security/password.ts'
import type { PasswordHistory } from '../security/password-history.ts'
import type { PasswordPolicy } from '../security/password-policy.ts'
import type { RateLimiter } from '../security/rate-limit.ts'
import type { Settings } from '../settings.ts'
import type { Storage } from '../storage/storage.ts'
import type { Readiness } from './readiness.ts'
import type { ResultForDevice } from './result-for-device.ts'
import type { ResultWithInfo } from './result-with-info.ts'

/** What every handler can use. */
export interface Services {
  storage: Storage
  fieldAccess: FieldAccess
  tokens: AccessTokens
  passwords: PasswordHasher
  policy: PasswordPolicy
  passwordHistory: PasswordHistory
  activity: Activity
  codes: OneTimeCodes
  limiter: RateLimiter
  devices: KnownDevices
  loginAttempts: LoginAttempts
  mails: Mails
  auditTrail: AuditTrail
  readiness: Readiness
  settings: Settings
}

/** Where a request comes from. */
export interface Client {
  /** IP address of the sender, as far as trusted proxies tell it. */
  address: string
  /** What sends it, such as `Chrome on Windows`, as it says itself; empty when it does not. */
  software: string
  /** What the request says of the way that it came, by the names of the audit trail. */
  network: Record<string, string>
  /** Accept-Language as it was sent, or empty. */
  languages: string
  /** What the client has kept of an earlier log-in, if it has. */
  deviceHint: string | undefined
}

/** What a handler knows beside its input. */
export interface ActionContext extends Services {
  caller: Caller
  client: Client
  /** Notes what the caller does. */
  audit: Audit
  /** Unix milliseconds; one value for the whole request. */
  now: number
  log: Logger
}

type CallerFor<A extends Access> = A extends 'user' ? Caller & { user: TokenHolder } : Caller

/** One thing that the server does, whole: contract, access rule and handler. */
export interface ActionDefinition<
  Input extends z.ZodType,
  Output extends z.ZodType,
  A extends Access,
  Name extends string,
> {
  /** As on the wire, such as `auth:login`. */
  name: Name
  summary: string
  access: A
  /** Works although the caller's password has expired. */
  withExpiredPassword?: true
  /** Answers although the database has never been reached. */
  withoutDatabase?: true
  input: Input
  /** In tests every answer is checked against it. */
  output: Output
  /** What the action answers beside the errors of its access rule. */
  errors: readonly ErrorName[]
  handler(
    input: z.output<Input>,
    context: ActionContext & { caller: CallerFor<A> },
  ): Promise<z.input<Output> | ResultWithInfo<z.input<Output>> | ResultForDevice<z.input<Output>>>
}

/** An action whose types are no longer known: what the dispatcher and the docs work with. */
export interface Action {
  name: string
  summary: string
  access: Access
  withExpiredPassword?: true
  withoutDatabase?: true
  input: z.ZodType
  output: z.ZodType
  errors: readonly ErrorName[]
  handler(input: never, context: never): Promise<unknown>
}

/** Returns its argument; it is there so that types are inferred and checked. */
export function defineAction<
  Input extends z.ZodType,
  Output extends z.ZodType,
  A extends Access,
  const Name extends string,
>(action: ActionDefinition<Input, Output, A, Name>): ActionDefinition<Input, Output, A, Name> {
  return action
}

/** Any JSON object, handed on as it is: copying it would lose a member called __proto__. */
export const jsonObject = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  )
  .meta({ type: 'object' })

/** The answer of actions that have nothing else to say. */
export const statusOk = z.strictObject({ status: z.literal('OK') })
export const OK = { status: 'OK' } as const
