import type { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { migrations } from '../migrations/index.ts'
import type { MigrationState } from '../storage.ts'
import type { Tables } from './schema.ts'

/** Where Kysely keeps the names of the migrations that a database has had. */
const LEDGER = 'kysely_migration'

/** Brings a database up to date, and gives the names of the migrations that it took. */
export async function migrate(db: Kysely<Tables>): Promise<string[]> {
  const { newer } = await readMigrationState(db)
  // A migration of the next version leaves the tables such that this one can go on with them.
  const known = { ...migrations, ...Object.fromEntries(newer.map((name) => [name, nothingToDo])) }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } })
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error instanceof Error) throw error
  return results.map(({ migrationName }) => migrationName)
}

/** Changes nothing. */
export async function readMigrationState(db: Kysely<Tables>): Promise<MigrationState> {
  const applied = await appliedMigrations(db as Kysely<unknown> as Kysely<WithLedger>)
  const known = Object.keys(migrations)
  return {
    applied,
    pending: known.filter((name) => !applied.includes(name)),
    newer: applied.filter((name) => !known.includes(name)),
  }
}

type WithLedger = Record<typeof LEDGER, { name: string }>

async function appliedMigrations(db: Kysely<WithLedger>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(({ name }) => name === LEDGER)) return []
  const rows = await db.selectFrom(LEDGER).select('name').orderBy('name').execute()
  return rows.map(({ name }) => name)
}

const nothingToDo = { async up() {} }
