import path from 'node:path'
import type { Postgres } from '../harness/postgres.ts'
import { makeTables } from '../harness/seed.ts'
import {
  type ServerProcess,
  startProgram,
  startServer,
  WITHOUT_HASH,
} from '../harness/server-process.ts'
import { openSqliteTables, type Tables } from '../harness/tables.ts'
import { betterAuth } from './better-auth.ts'
import { installPeer, type PeerName } from './install.ts'
import { parseServer } from './parse-server.ts'
import { type Product, perform, type Session } from './product.ts'
import { skygear } from './skygear.ts'

export type Engine = 'SQLite' | 'PostgreSQL'

/** Of passwords: the one that our server has, or as good as none. */
export type Hash = 'argon2id' | 'none'

/** A product over an engine, to be measured. */
export interface Contestant {
  name: string
  engine: Engine
  isOurs: boolean
  product: Product
  process: ServerProcess
  tables: Tables
  /** Of users who are there from the start, one each. */
  sessions: Session[]
}

export interface Surroundings {
  /** Where databases of this run go. */
  folder: string
  /** Where peers are installed. */
  cache: string
  postgres: Postgres
  cores: string
  hash: Hash
  users: number
}

const SERVERS = path.join(import.meta.dirname, 'servers')

/** Starts all of them, each over a new database of its own. */
export async function startContestants(surroundings: Surroundings): Promise<Contestant[]> {
  const started: Contestant[] = []
  for (const [name, engine, product] of [
    ['skygear', 'SQLite', skygear],
    ['skygear', 'PostgreSQL', skygear],
    ['better-auth', 'SQLite', betterAuth],
    ['better-auth', 'PostgreSQL', betterAuth],
    ['parse-server', 'PostgreSQL', parseServer],
  ] as const) {
    started.push(await startContestant(name, engine, product, surroundings))
  }
  return started
}

async function startContestant(
  name: 'skygear' | PeerName,
  engine: Engine,
  product: Product,
  surroundings: Surroundings,
): Promise<Contestant> {
  const database = `${name}_${engine}_${surroundings.hash}`.toLowerCase()
  const file = path.join(surroundings.folder, database)
  const url = await makeDatabase(database, file, engine, surroundings.postgres)
  if (name === 'skygear') await makeTables(url)
  const process =
    name === 'skygear'
      ? await startOurs(url, surroundings)
      : await startPeer(name, url, surroundings)
  const tables =
    engine === 'SQLite' ? openSqliteTables(file) : await surroundings.postgres.openTables(database)
  const sessions = await fill(product, process, tables, surroundings.users)
  return { name, engine, isOurs: name === 'skygear', product, process, tables, sessions }
}

async function makeDatabase(
  name: string,
  file: string,
  engine: Engine,
  postgres: Postgres,
): Promise<string> {
  if (engine === 'SQLite') return `sqlite:${file}`
  await postgres.drop(name)
  return postgres.create(name)
}

function startOurs(
  databaseUrl: string,
  { folder, cores, hash }: Surroundings,
): Promise<ServerProcess> {
  return startServer(folder, cores, {
    DATABASE_URL: databaseUrl,
    ...(hash === 'none' && WITHOUT_HASH),
  })
}

function startPeer(
  name: PeerName,
  databaseUrl: string,
  { cache, cores, hash }: Surroundings,
): Promise<ServerProcess> {
  return startProgram([path.join(SERVERS, `${name}.ts`)], cores, {
    NODE_ENV: 'production',
    PEER_FOLDER: installPeer(name, cache),
    DATABASE_URL: databaseUrl,
    HASH: hash,
  })
}

/** Signs one user up, who also makes sure that every call is answered well, and copies that one. */
async function fill(
  product: Product,
  { url }: ServerProcess,
  tables: Tables,
  count: number,
): Promise<Session[]> {
  const email = 'original@example.com'
  const original = product.sessionOf(await perform(product.signUp(url, email)), email)
  const sessions = await product.copyUser(tables, original, count)
  await tables.settle()
  const [copy, other] = sessions
  await perform(product.logIn(url, copy!.email))
  await perform(product.update(url, copy!, 'Amy'))
  await expectName(product, url, copy!)
  await perform(product.logOut(url, other!))
  await expectName(product, url, other!).then(
    () => {
      throw new Error('A session goes on after its log-out.')
    },
    () => {},
  )
  return sessions.toSpliced(1, 1)
}

/** Some answer without an error when nobody is logged in, and some in full when an item failed. */
async function expectName(product: Product, url: string, session: Session): Promise<void> {
  const { body } = await perform(product.check(url, session))
  const text = JSON.stringify(body)
  if (!text.includes(session.email) || !text.includes('Amy')) {
    throw new Error(`An answer does not name its user: ${text}`)
  }
}
