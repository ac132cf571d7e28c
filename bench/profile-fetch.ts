/**
 * Records on both engines, beside a bare node:http server that parses and echoes JSON: saving one
 * new record, fetching one by its id, and finding 20 of a million by fields with an index. Goal:
 * fetching at 40 % of the rate of the echo on SQLite.
 *
 *   node bench/records.ts [--records 1000000] [--rounds 5] [--seconds 2] [--only sqlite]
 *
 * The servers are on core 0, wrk is on core 1; PostgreSQL is on both. The systems are measured in
 * turn within each round.
 */
import { randomUUID } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createPasswordHasher } from '../packages/server/src/security/password.ts'
import { figure, percent, printMachine, verdict } from './harness/figures.ts'
import { callAction, sdkHeaders } from './harness/http-client.ts'
import { startPostgres } from './harness/postgres.ts'
import {
  CONNECTIONS,
  echoSystem,
  measureInTurn,
  printSystems,
  REQUESTS,
  SERVER_CORE,
  type System,
  share,
  system,
} from './harness/rounds.ts'
import {
  makeTables,
  openFolder,
  PASSWORD,
  type SeededUser,
  seededUser,
  seedUsers,
} from './harness/seed.ts'
import {
  API_KEY,
  buildServer,
  MASTER_KEY,
  type ServerProcess,
  startEchoServer,
  startServer,
} from './harness/server-process.ts'
import type { Row, Tables } from './harness/tables.ts'
import { makeTemporaryFolder } from './harness/temporary-folder.ts'
import { postRequest, requireWrk } from './harness/wrk.ts'

const GOAL = 0.4
const USERS = 1_000

/** Records that one query finds. */
const FOUND = 20

/** More would be held in memory until they are written. */
const RECORDS_AT_ONCE = 20_000

const engines = { sqlite: startSqlite, postgres: startOnPostgres }
type Engine = keyof typeof engines

/** A server over an empty database, and a way into it. */
interface Stage {
  server: ServerProcess
  tables: Tables
  /** Of the database's own process. */
  pids: number[]
  stop(): Promise<unknown>
}

const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})
const recordCount = Number(options.records)
const shopCount = recordCount / FOUND
const rounds = Number(options.rounds)
const seconds = Number(options.seconds)
const now = Date.now()
let saved = 0

requireWrk()
buildServer()
const echo = await startEchoServer(SERVER_CORE)
const users = Array.from({ length: USERS }, (_, n) => seededUser(n))
const stages = new Map<Engine, Stage>()
for (const engine of Object.keys(engines) as Engine[]) {
  if (engine.startsWith(options.only ?? '')) stages.set(engine, await prepare(engine))
}
try {
  const systems = [echoSystem(echo), ...[...stages].flatMap(systemsOf)]
  const pids = [...stages.values()].flatMap((stage) => stage.pids)
  const foreign = await measureInTurn(systems, { rounds, seconds, pids })
  report(systems, foreign)
} finally {
  await echo.stop()
  for (const stage of stages.values()) await stage.stop()
}

async function prepare(engine: Engine): Promise<Stage> {
  const stage = await engines[engine](makeTemporaryFolder())
  const { server, tables } = stage
  await seedUsers(tables, USERS, await createPasswordHasher().hash(PASSWORD))
  const fields = [
    { name: 'shop', type: 'string', index: true },
    { name: 'price', type: 'number', index: true },
    { name: 'note', type: 'string' },
  ]
  const input = { record_types: { sale: { fields } } }
  await callAction(server.url, 'schema:create', input, MASTER_KEY)
  for (let from = 0; from < recordCount; from += RECORDS_AT_ONCE) {
    const length = Math.min(RECORDS_AT_ONCE, recordCount - from)
    const sales = Array.from({ length }, (_, n) => saleOf(from + n))
    await tables.insert('record', sales)
  }
  await tables.settle()
  await checkAnswers(server, users[0]!)
  return stage
}

async function startSqlite(folder: string): Promise<Stage> {
  const tables = await openFolder(folder)
  const server = await startServer(folder, SERVER_CORE)
  return { server, tables, pids: [], stop: () => Promise.all([server.stop(), tables.close()]) }
}

async function startOnPostgres(folder: string): Promise<Stage> {
  // PostgreSQL runs as a user of its own.
  chmodSync(folder, 0o755)
  const postgres = await startPostgres(join(folder, 'postgres'))
  const url = await postgres.create('records')
  await makeTables(url)
  const tables = await postgres.openTables('records')
  const server = await startServer(folder, SERVER_CORE, { DATABASE_URL: url })
  return {
    server,
    tables,
    pids: [postgres.pid],
    async stop() {
      await Promise.all([server.stop(), tables.close()])
      await postgres.stop()
    },
  }
}

/** A sale that everybody may read; there are 20 of each shop, far apart. */
function saleOf(n: number): Row {
  const { id: owner } = users[n % users.length]!
  return {
    database_id: '',
    type: 'sale',
    key: `sale-${n}`,
    owner_id: owner,
    access: null,
    created_at: now + n,
    created_by: owner,
    updated_at: now + n,
    updated_by: owner,
    fields: JSON.stringify({ shop: `shop-${n % shopCount}`, price: n, note: `No. ${n}` }),
  }
}

/** An item of an answer can be an error although the answer is a success. */
async function checkAnswers(server: ServerProcess, { token }: SeededUser): Promise<void> {
  for (const [action, input, count] of [
    ['record:save', saveOne(), 1],
    ['record:fetch', fetchOne(), 1],
    ['record:query', queryByShop(), FOUND],
    ['record:query', queryByPrice(), FOUND],
  ] as const) {
    const { result } = await callAction(server.url, action, { access_token: token, ...input })
    const items = result as { _type: string }[]
    if (items.length !== count || items.some(({ _type }) => _type !== 'record')) {
      throw new Error(`${action}: ${JSON.stringify(result)}`)
    }
  }
}

function systemsOf([engine, { server }]: [Engine, Stage]): System[] {
  const requests = (action: string, input: () => Record<string, unknown>) => () =>
    Array.from({ length: REQUESTS }, () => requestOf(server, action, pick(users).token, input()))
  return [
    system(`${engine}: fetch by id`, server, requests('record:fetch', fetchOne)),
  ]
}

function requestOf(
  { url }: ServerProcess,
  name: string,
  token: string,
  input: Record<string, unknown>,
): string {
  const body = { action: name, api_key: API_KEY, access_token: token, ...input }
  return postRequest(`${url}/${name.replaceAll(':', '/')}`, sdkHeaders(token), body)
}

function saveOne(): Record<string, unknown> {
  saved += 1
  // An id as SDKs make them.
  const id = randomUUID()
  const sale = { _id: `sale/${id}`, shop: 'new', price: -saved, note: `No. ${saved}` }
  return { database_id: '_public', records: [sale] }
}

function fetchOne(): Record<string, unknown> {
  return { database_id: '_public', ids: [`sale/sale-${below(recordCount)}`] }
}

function queryByShop(): Record<string, unknown> {
  return query(['eq', path('shop'), `shop-${below(shopCount)}`])
}

function queryByPrice(): Record<string, unknown> {
  const price = path('price')
  return { ...query(['gte', price, below(recordCount - FOUND)]), sort: [[price, 'asc']] }
}

function query(predicate: unknown[]): Record<string, unknown> {
  return { database_id: '_public', record_type: 'sale', predicate, limit: FOUND }
}

function path(name: string): Record<string, unknown> {
  return { $type: 'keypath', $val: name }
}

function pick<T>(items: T[]): T {
  return items[below(items.length)]!
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit)
}

function report(systems: System[], foreign: number): void {
  printMachine()
  printSystems(systems)
  console.log(
    `\n${figure(recordCount)} records, ${figure(USERS)} users, ${CONNECTIONS} connections, ` +
      `${rounds} rounds of ${seconds} s. Other work took at most ${percent(foreign)} ` +
      'of the machine.',
  )
  const fetch = systems.find(({ name }) => name === 'sqlite: fetch by id')
  if (!fetch) return
  const byRate = share(fetch.samples, systems[0]!.samples, ({ perSecond }) => perSecond)
  console.log(
    `Goal, fetch by id ≥ ${percent(GOAL)} of the echo on SQLite: ${verdict(byRate >= GOAL)} ` +
      `(${percent(byRate)}).`,
  )
}
