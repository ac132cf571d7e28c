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
import { parseArgs } from 'node:util'
import { type BenchDatabase, ENGINES, startDatabase } from './harness/databases.ts'
import { figure, percent, printMachine, verdict } from './harness/figures.ts'
import { callAction, sdkHeaders } from './harness/http-client.ts'
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
import { type SeededUser, seedUsers } from './harness/seed.ts'
import {
  API_KEY,
  buildServer,
  MASTER_KEY,
  type ServerProcess,
  startEchoServer,
  startServer,
} from './harness/server-process.ts'
import { postRequest, requireWrk } from './harness/wrk.ts'

const GOAL = 0.4
const USERS = 1_000

/** Records that one query finds. */
const FOUND = 20

/** One engine with its server and what is in its database. */
interface Bench {
  database: BenchDatabase
  server: ServerProcess
  users: SeededUser[]
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
let saved = 0

requireWrk()
buildServer()
const echo = await startEchoServer(SERVER_CORE)
const benches: Bench[] = []
for (const engine of ENGINES) {
  if (!engine.startsWith(options.only ?? '')) continue
  benches.push(await prepare(await startDatabase(engine)))
}
try {
  const systems = [echoSystem(echo), ...benches.flatMap(systemsOf)]
  const foreign = await measureInTurn(systems, { rounds, seconds })
  report(systems, foreign)
} finally {
  await Promise.all([echo, ...benches.map(({ server }) => server)].map(({ stop }) => stop()))
  await Promise.all(benches.map(({ database }) => database.stop()))
}

async function prepare(database: BenchDatabase): Promise<Bench> {
  const users = await seedUsers(database.url, USERS)
  const server = await startServer(database.url, SERVER_CORE)
  const fields = [
    { name: 'shop', type: 'string', index: true },
    { name: 'price', type: 'number', index: true },
    { name: 'note', type: 'string' },
  ]
  const input = { record_types: { sale: { fields } } }
  await callAction(server.url, 'schema:create', input, MASTER_KEY)
  await database.run(seedSales(database, users[0]!.id))
  await database.run('analyze')
  await checkAnswers(server, users[0]!)
  return { database, server, users }
}

/** Sales that everybody may read, 20 of each shop, in the order of no index. */
function seedSales({ engine }: BenchDatabase, owner: string): string {
  const object = engine === 'sqlite' ? 'json_object' : 'json_build_object'
  const numbers =
    engine === 'sqlite'
      ? `(with recursive numbers (i) as (select 0 union all select i + 1 from numbers
           where i < ${recordCount - 1}) select i from numbers)`
      : `(select i from generate_series(0, ${recordCount - 1}) as i)`
  return `
    insert into record (database_id, type, key, owner_id, access, created_at, created_by,
      updated_at, updated_by, fields)
    select '', 'sale', 'sale-' || i, '${owner}', null, 0, '${owner}', 0, '${owner}',
      cast(${object}('shop', 'shop-' || (i % ${shopCount}), 'price', i, 'note', 'No. ' || i) as text)
    from ${numbers} as numbers`
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

function systemsOf({ database: { engine }, server, users }: Bench): System[] {
  const requests = (action: string, input: () => Record<string, unknown>) => () =>
    Array.from({ length: REQUESTS }, () => requestOf(server, action, pick(users).token, input()))
  return [
    system(`${engine}: save one record`, server, requests('record:save', saveOne)),
    system(`${engine}: fetch by id`, server, requests('record:fetch', fetchOne)),
    system(`${engine}: ${FOUND} by equality`, server, requests('record:query', queryByShop)),
    system(`${engine}: ${FOUND} by range, sorted`, server, requests('record:query', queryByPrice)),
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
  const sale = { _id: `sale/new-${saved}`, shop: 'new', price: -saved, note: `No. ${saved}` }
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
      `${rounds} rounds of ${seconds} s. Other work, PostgreSQL's included, took at most ` +
      `${percent(foreign)} of the machine.`,
  )
  const fetch = systems.find(({ name }) => name === 'sqlite: fetch by id')
  if (!fetch) return
  const byRate = share(fetch.samples, systems[0]!.samples, ({ perSecond }) => perSecond)
  console.log(
    `Goal, fetch by id ≥ ${percent(GOAL)} of the echo on SQLite: ${verdict(byRate >= GOAL)} ` +
      `(${percent(byRate)}).`,
  )
}
