import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpAnswer, sendRequest } from '../send-request.ts'
import type { Server } from '../wire.ts'

interface AttackPlan {
  /** It must trust this machine as its proxy. */
  server: Server
  guesses: number
  /** How many addresses guess, each in a network of its own. */
  addresses: number
  perMinute: number
}

/** How an account and its owner fared. */
export interface Siege {
  guesses: number
  /** Guesses whose password was looked at. */
  checked: number
  /** Guesses that were answered neither 105 nor 130. */
  wrong: HttpAnswer[]
  /** How long each log-in of the owner took, in milliseconds, meanwhile. */
  ownerMs: number[]
  /** Log-ins of the owner that failed. */
  ownerRefused: HttpAnswer[]
}

const PASSWORD = 'correct horse battery'

/** The owner logs in once for so many guesses. */
const GUESSES_FOR_LOGIN = 25

/**
 * Guesses the password of one account from many addresses, while its owner logs in from a device
 * that the account knows.
 */
export async function attackAccount(plan: AttackPlan): Promise<Siege> {
  const { server, guesses, addresses, perMinute } = plan
  const siege: Siege = { guesses: 0, checked: 0, wrong: [], ownerMs: [], ownerRefused: [] }
  const username = `owner-${Date.now()}`
  const send = (action: string, password: string, headers: Record<string, string>) =>
    sendRequest(server.url, {
      method: 'POST',
      path: `/auth/${action}`,
      headers: { 'X-Skygear-API-Key': server.apiKey, ...headers },
      body: { auth_data: { username }, password },
    })
  const signedUp = await send('signup', PASSWORD, { 'X-Forwarded-For': '203.0.113.1' })
  let device = String(signedUp.headers['x-skygear-device'])

  async function guess(number: number): Promise<void> {
    const address = number % addresses
    const from = `10.${address >> 8}.${address & 255}.1`
    const answer = await send('login', `wrong password ${number}`, { 'X-Forwarded-For': from })
    siege.guesses += 1
    const code = codeOf(answer)
    if (code === 105) siege.checked += 1
    else if (code !== 130) siege.wrong.push(answer)
  }

  async function logIn(): Promise<void> {
    const startedAt = performance.now()
    const answer = await send('login', PASSWORD, {
      'X-Forwarded-For': '203.0.113.1',
      'X-Skygear-Device': device,
    })
    if (answer.status !== 200) siege.ownerRefused.push(answer)
    else device = String(answer.headers['x-skygear-device'])
    siege.ownerMs.push(performance.now() - startedAt)
  }

  const startedAt = performance.now()
  const underWay: Promise<void>[] = []
  for (let number = 0; number < guesses; number += 1) {
    const dueIn = startedAt + (number * 60_000) / perMinute - performance.now()
    if (dueIn > 0) await sleep(dueIn)
    underWay.push(guess(number))
    if (number % GUESSES_FOR_LOGIN === GUESSES_FOR_LOGIN - 1) underWay.push(logIn())
  }
  await Promise.all(underWay)
  return siege
}

function codeOf({ body }: HttpAnswer): unknown {
  return (body as { error?: { code?: unknown } }).error?.code
}
