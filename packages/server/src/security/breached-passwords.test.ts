import { hash } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { type BreachedPasswords, createBreachedPasswords } from './breached-passwords.ts'

const PASSWORD = 'hunter2 and friends'
const sha1 = hash('sha1', PASSWORD).toUpperCase()

/** A real service, which answers as it is told. */
let answer: (response: ServerResponse) => void
const asked: string[] = []
const log: string[] = []
let breached: BreachedPasswords

const service = createServer((request, response) => {
  asked.push(`${request.url} ${JSON.stringify(request.headers)}`)
  answer(response)
})

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
  const { port } = service.address() as AddressInfo
  const logger = createLog({ logLevel: 'warn' }, { write: (line) => void log.push(line) })
  breached = createBreachedPasswords(
    { breachedPasswordsUrl: `http://127.0.0.1:${port}/range` },
    logger,
  )
})

beforeEach(() => {
  asked.length = 0
  log.length = 0
})

afterAll(() => void service.close())

it('knows a password that the service lists', async () => {
  answer = (response) => response.end(`0000:3\r\n${sha1.slice(5)}:12\r\nFFFF:1`)

  expect(await breached.has(PASSWORD)).toBe(true)
  expect(await breached.has('another password')).toBe(false)
})

it('takes entries that only fill the answer up for none', async () => {
  answer = (response) => response.end(`${sha1.slice(5)}:0`)

  expect(await breached.has(PASSWORD)).toBe(false)
})

it('PW-09: tells the service five characters of the hash', async () => {
  answer = (response) => response.end('')

  await breached.has(PASSWORD)

  expect(asked[0]).toMatch(new RegExp(`^/range/${sha1.slice(0, 5)} `))
  expect(asked.join()).not.toContain(sha1.slice(5))
  expect(asked.join()).not.toContain(PASSWORD)
})

it.each([
  ['fails', (response: ServerResponse) => response.writeHead(500).end()],
  ['hangs up', (response: ServerResponse) => response.destroy()],
  ['says too much', (response: ServerResponse) => response.end('x'.repeat(1_100_000))],
  ['sends us elsewhere', (r: ServerResponse) => r.writeHead(302, { Location: '/' }).end()],
  ['says nothing for a second', () => {}],
])('PW-09: lets a password pass when the service %s, and says so', async (_, how) => {
  answer = how

  expect(await breached.has(PASSWORD)).toBe(false)
  expect(log).toHaveLength(1)
  expect(log.join()).not.toContain(sha1.slice(0, 5))
  expect(log.join()).not.toContain(PASSWORD)
})

it('asks nobody when there is no address', async () => {
  const off = createBreachedPasswords({ breachedPasswordsUrl: '' }, createLog({ logLevel: 'warn' }))

  expect(await off.has(PASSWORD)).toBe(false)
  expect(asked).toEqual([])
})
