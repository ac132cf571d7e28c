import type { Logger } from 'pino'
import { MASTER_ACTOR } from '../audit/audit-trail.ts'
import { ApiError } from '../errors.ts'
import type { Authenticate, Credentials } from '../security/authenticate.ts'
import { StorageUnavailable } from '../storage/storage.ts'
import type { Action, Client, Services } from './action.ts'
import { actions } from './index.ts'
import { databaseUnavailable } from './readiness.ts'
import { ResultForDevice } from './result-for-device.ts'
import { ResultWithInfo } from './result-with-info.ts'

/** A request, free of how it was sent. */
export interface Call {
  action: string
  payload: Record<string, unknown>
  credentials: Credentials
  client: Client
  log: Logger
}

/** The `result` and `info` members of an answer, and the hint for the client to keep. */
export interface Answer {
  result: unknown
  info?: Record<string, unknown>
  deviceHint?: string
}

interface DispatchParts {
  services: Services
  authenticate: Authenticate
  /** For tests: checks every answer against the output schema of its action. */
  checkAnswers?: boolean
}

export type Dispatch = (call: Call) => Promise<Answer>

/** An action with the names of its input's members. */
interface Entry {
  action: Action
  names: string[]
}

// A Map, since a client may ask for an action called "constructor".
const actionsByName = new Map<string, Entry>(
  actions.map((action) => [action.name, { action, names: Object.keys(action.input.shape) }]),
)

/** True if there is an action of this name. */
export function isAction(name: string): boolean {
  return actionsByName.has(name)
}

/**
 * The way of every call: find the action, find out who calls, read the input, handle.
 *
 * The result throws ApiError; anything else it throws is a bug.
 */
export function createDispatch({
  services,
  authenticate,
  checkAnswers = false,
}: DispatchParts): Dispatch {
  return async (call) => {
    const entry = actionsByName.get(call.action)
    if (!entry) throw new ApiError('UndefinedOperation', 'route unmatched')
    try {
      return await perform(entry, call)
    } catch (error) {
      throw error instanceof StorageUnavailable ? databaseUnavailable(error.cause) : error
    }
  }

  async function perform(
    entry: Entry,
    { payload, credentials, client, log }: Call,
  ): Promise<Answer> {
    const { action } = entry
    const now = Date.now()
    if (!services.readiness.isPrepared && !action.withoutDatabase) throw databaseUnavailable()
    const caller = await authenticate(credentials, action.access, now, action)
    const input = readInput(entry, payload)
    const handler = action.handler as (input: unknown, context: unknown) => Promise<unknown>
    const actor = caller.user?.account.id ?? (caller.key === 'master' ? MASTER_ACTOR : null)
    const audit = services.auditTrail.by({ actor, client, now })
    const answer = await handler(input, { ...services, caller, client, audit, now, log })
    const isMore = answer instanceof ResultWithInfo || answer instanceof ResultForDevice
    const parts = isMore ? answer : { result: answer }
    if (checkAnswers) action.output.parse(parts.result)
    return parts
  }
}

/** Throws BadRequest when a member has the wrong type. Names of members match in any case. */
function readInput({ action, names }: Entry, payload: Record<string, unknown>): unknown {
  const given = Object.fromEntries(names.map((name) => [name, memberOf(payload, name)]))
  const parsed = action.input.safeParse(given)
  if (!parsed.success) {
    throw new ApiError('BadRequest', 'fails to decode the request payload', {
      cause: parsed.error,
    })
  }
  return parsed.data
}

function memberOf(payload: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  const other = Object.keys(payload).find((key) => key.toLowerCase() === name)
  return other === undefined ? undefined : payload[other]
}
