import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, type Random } from '../random.ts'
import type { HttpAnswer } from '../send-request.ts'
import {
  authResultOf,
  call,
  errorOf,
  isUnavailable,
  recordsOf,
  type Server,
  type WireError,
} from '../wire.ts'
import { anyChange, type Change, type Names, quickChange, signUp } from './change.ts'
import type { Ledger, LedgerUser } from './ledger.ts'

/** Changes under way at the same time, each of another user. */
const CLIENTS = 8

/** Users of one client that it changes; earlier ones are left as they are. */
const USERS_IN_USE = 20

/** Between two looks at whether the server can serve again. */
const PAUSE_MS = 50

/** One change in so many is a sign-up. */
const SIGN_UP_EVERY = 4

/** What is killed: the server with its workers, or PostgreSQL with all of its processes. */
export type Victim = 'server' | 'database'

interface StormParts {
  server: Server
  ledger: Ledger
  seed: number
  /** Part of every name that is made, so that no two storms make the same. */
  name: string
}

/** Clients that change users until they are stopped. */
export interface Storm {
  /** From now on answers may be missing, or be 503 while the database is away. */
  expectKill(victim: Victim): void
  /** Resolves when the last request was answered or lost. */
  stop(): Promise<void>
}

export function startStorm({ server, ledger, seed, name }: StormParts): Storm {
  let isOver = false
  let killed: Victim | undefined
  const clients = Array.from({ length: CLIENTS }, async (_, index) => {
    const random = createRandom(seed + index)
    const names = namesOf(`${name}-${index}`)
    // Each client has users of its own, so that it knows the order of what happens to each.
    const users = ledger.users.filter((_user, i) => i % CLIENTS === index).slice(-USERS_IN_USE)
    // Otherwise nearly every kill would find the clients waiting for passwords to be hashed.
    const isQuick = index % 2 === 1
    while (!isOver) {
      const status = await changeOne(users, random, names, isQuick)
      if (status === 0) return
      if (status >= 500) await untilHealthy()
    }
  })

  /** A change that is refused for certain proves little, and is looked at for long. */
  async function untilHealthy(): Promise<void> {
    while (!isOver && (await call(server, '_status:healthz')).status !== 200) await sleep(PAUSE_MS)
  }

  /** Gives the status of the answer, 0 when there was none. */
  async function changeOne(
    users: LedgerUser[],
    random: Random,
    names: Names,
    isQuick: boolean,
  ): Promise<number> {
    const usable = users.slice(-USERS_IN_USE).filter((user) => user.kept && !user.doubtful)
    const isNew = usable.length === 0 || (!isQuick && random.once(SIGN_UP_EVERY))
    const user: LedgerUser = isNew
      ? { id: undefined, kept: undefined, doubtful: undefined, isTouched: true }
      : random.pick(usable)
    const anyOf = isQuick ? quickChange : anyChange
    const change = isNew ? signUp(random, names) : anyOf(user, random, names)
    if (isNew) users.push(user)
    user.doubtful = change.next
    ledger.touch(user)
    if (isNew) ledger.users.push(user)
    const answer = await call(server, change.action, change.body)
    note(user, change, answer)
    return answer.status
  }

  function note(user: LedgerUser, change: Change, answer: HttpAnswer): void {
    const error = refusalOf(answer)
    if (answer.status === 200 && !error) {
      const result = authResultOf(answer)
      if (change.action === 'auth:signup') user.id = result.user_id
      user.kept = change.told?.(result, change.next) ?? change.next
      user.doubtful = undefined
      ledger.acknowledged += 1
      return
    }
    const { username } = change.next
    if (error?.code === DUPLICATED && username.startsWith('Wanted')) {
      user.doubtful = undefined
      ledger.refused += 1
      if (!user.kept) ledger.users.splice(ledger.users.indexOf(user), 1)
      return
    }
    // Whatever else was said, the change may have been done.
    const isExcused = killed === 'server' ? answer.status === 0 : isUnavailable(answer)
    if (!killed || !isExcused) {
      ledger.fault(`${change.action} was not answered well`, username, answer)
    }
  }

  return {
    expectKill(victim) {
      killed = victim
    },
    async stop() {
      isOver = true
      await Promise.all(clients)
    },
  }
}

const DUPLICATED = 109

/** The error of an answer, or of the record in it. */
function refusalOf(answer: HttpAnswer): WireError | undefined {
  const error = errorOf(answer)
  if (error || answer.status !== 200) return error
  const items: unknown = recordsOf(answer)
  if (!Array.isArray(items)) return undefined
  return items.find((item) => item._type === 'error')
}

function namesOf(client: string): Names {
  let count = 0
  return {
    next(kind) {
      count += 1
      return `${kind}-${client}-${count}`
    },
  }
}
