import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ConnectionClient,
  createConnectionClient,
  type Exchange,
} from '../connection-client.ts'
import { createRandom, type Random } from '../random.ts'
import { type AuthResult, type Server, signUp, type WireError } from '../wire.ts'

/** How a token ends. */
type Way = 'log-out' | 'password change' | 'disabled user'

/** What became of tokens that were ended through one connection and used through others. */
export interface Revocations {
  tokens: number
  /** Requests with such a token that were sent after its end was acknowledged. */
  requests: number
  /** Those of them that were let in. */
  letIn: Exchange[]
  /** Answers that are neither the user nor the refusal that the way calls for. */
  wrong: Exchange[]
}

interface RevocationPlan {
  /** Processes over one database, or one that has workers. */
  servers: Server[]
  tokens: number
  seed: number
}

/** To each server; workers take turns in accepting them. */
const CONNECTIONS = 4

/** Requests that each connection sends after the acknowledgement. */
const TRIES = 3

/** Changing a password costs two hashes, so only one token in so many ends by it. */
const PASSWORD_EVERY = 10

/** Another request is under way on every other connection when the token ends. */
const MAX_HEAD_START_MS = 4

/**
 * Ends tokens, one after the other, through a connection chosen at random, while all others use the
 * token without a pause. Once the end is acknowledged, the next request on each must be refused.
 */
export async function revokeEverywhere(plan: RevocationPlan): Promise<Revocations> {
  const random = createRandom(plan.seed)
  const [server] = plan.servers
  const clients = plan.servers.flatMap((each) =>
    Array.from({ length: CONNECTIONS }, () => createConnectionClient(each, true)),
  )
  const outcome: Revocations = { tokens: 0, requests: 0, letIn: [], wrong: [] }
  const { user_id: id } = await signUp(server!, { username: `amy-${plan.seed}` }, passwordOf(0))
  const user = { id, passwordChanges: 0 }
  const masterKey = server!.masterKey
  try {
    for (let i = 0; i < plan.tokens; i += 1) {
      await revokeOne({ clients, random, user, masterKey, outcome })
    }
    return outcome
  } finally {
    for (const client of clients) client.close()
  }
}

interface Parts {
  clients: ConnectionClient[]
  random: Random
  user: { id: string; passwordChanges: number }
  masterKey: string
  outcome: Revocations
}

async function revokeOne(parts: Parts): Promise<void> {
  const { clients, random, masterKey, user, outcome } = parts
  const asMaster = { api_key: masterKey, _user_id: user.id }
  const issued = await random.pick(clients).send('me', asMaster)
  const token = resultOf(issued).access_token
  const revoker = random.pick(clients)
  const way = random.once(PASSWORD_EVERY)
    ? 'password change'
    : random.pick(['log-out', 'disabled user'] as const)

  let acknowledgedAt = Number.POSITIVE_INFINITY
  const using = clients.map(async (client) => {
    if (client === revoker) return
    for (let tries = 0; tries < TRIES; ) {
      const sentAt = performance.now()
      const exchange = await client.send('me', { access_token: token })
      const isAfter = sentAt > acknowledgedAt
      if (isAfter) {
        tries += 1
        outcome.requests += 1
        if (exchange.status === 200) outcome.letIn.push(exchange)
      }
      if (!isExpected(exchange, way)) outcome.wrong.push(exchange)
    }
  })
  await sleep(random.below(MAX_HEAD_START_MS))
  await end(way, token, revoker, parts)
  acknowledgedAt = performance.now()
  await Promise.all(using)
  outcome.tokens += 1
  if (way === 'disabled user') await setDisabled(false, revoker, parts)
}

async function end(way: Way, token: string, client: ConnectionClient, parts: Parts): Promise<void> {
  switch (way) {
    case 'log-out':
      resultOf(await client.send('auth:logout', { access_token: token }))
      return
    case 'disabled user':
      return setDisabled(true, client, parts)
    case 'password change': {
      const { user } = parts
      const old_password = passwordOf(user.passwordChanges)
      user.passwordChanges += 1
      const password = passwordOf(user.passwordChanges)
      const body = { access_token: token, old_password, password, invalidate: true }
      resultOf(await client.send('auth:password', body))
    }
  }
}

function passwordOf(changes: number): string {
  return `correct horse ${changes}`
}

async function setDisabled(
  disabled: boolean,
  client: ConnectionClient,
  { user, masterKey }: Parts,
): Promise<void> {
  const body = { api_key: masterKey, auth_id: user.id, disabled }
  resultOf(await client.send('auth:disable:set', body))
}

function isExpected({ status, body }: Exchange, way: Way): boolean {
  if (status === 200) return true
  const { error } = (body ?? {}) as { error?: WireError }
  return error?.code === (way === 'disabled user' ? USER_DISABLED : DEAD_TOKEN)
}

const DEAD_TOKEN = 104
const USER_DISABLED = 127

function resultOf(exchange: Exchange): AuthResult {
  if (exchange.status !== 200) throw new Error(`No success: ${JSON.stringify(exchange)}`)
  return (exchange.body as { result: AuthResult }).result
}
