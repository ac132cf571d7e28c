import pg from 'pg'
import { migrateDatabase } from '../storage/open-storage.ts'
import { CARELESS, startPostgres } from './postgres-process.ts'

/** What a server makes of an empty database; test servers get copies, which are made sooner. */
export const MIGRATED = 'skygear_migrated'

/**
 * Vitest's global set-up of the tests on PostgreSQL: starts a real one, unless TEST_DATABASE_URL
 * names one in which databases may be made.
 */
export default async function startCluster(): Promise<() => Promise<void>> {
  const isOurs = !process.env['TEST_DATABASE_URL']
  const postgres = isOurs ? await startPostgres({ settings: CARELESS }) : undefined
  if (postgres) process.env['TEST_DATABASE_URL'] = postgres.url
  await migrateDatabase(await openTestDatabase(MIGRATED))
  return () => (postgres ? postgres.remove() : dropTestDatabase(MIGRATED))
}

/** Makes the database of this name if it is not there, empty or as a copy, and gives its address. */
export async function openTestDatabase(name: string, original = 'template1'): Promise<string> {
  await administer(async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    const [database, template] = [name, original].map((text) => client.escapeIdentifier(text))
    if (rowCount === 0) await client.query(`create database ${database} template ${template}`)
  })
  const url = new URL(clusterUrl())
  url.pathname = `/${name}`
  return url.href
}

/** Removes the database of this name and whoever is still connected to it. */
export async function dropTestDatabase(name: string): Promise<void> {
  await administer((client) =>
    client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
  )
}

/** Runs SQL with parameters written as `?`. */
export async function runTestSql<Row>(
  name: string,
  text: string,
  parameters: unknown[],
): Promise<Row[]> {
  const url = new URL(clusterUrl())
  url.pathname = `/${name}`
  let count = 0
  const numbered = text.replaceAll('?', () => {
    count += 1
    return `$${count}`
  })
  const { rows } = await connected(url.href, (client) => client.query(numbered, parameters))
  return rows as Row[]
}

/** Times are read as numbers, as the server reads them. */
const numericTypes = new pg.TypeOverrides()
numericTypes.setTypeParser(pg.types.builtins.INT8, Number)

function administer(work: (client: pg.Client) => Promise<unknown>): Promise<unknown> {
  return connected(clusterUrl(), work)
}

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, types: numericTypes })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function clusterUrl(): string {
  const url = process.env['TEST_DATABASE_URL']
  if (!url) throw new Error('TEST_DATABASE_URL is not set.')
  return url
}
