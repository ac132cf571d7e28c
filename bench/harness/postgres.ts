import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { startPostgres as startProcess } from '../../packages/server/src/testing/postgres-process.ts'
import { openPostgresTables, type Tables } from './tables.ts'

/** A PostgreSQL of the bench's own. */
export interface Postgres {
  /** Of the process whose children serve the connections. */
  pid: number
  has(database: string): Promise<boolean>
  /** Makes a database, empty or as a copy of another one, and gives its address. */
  create(database: string, original?: string): Promise<string>
  drop(database: string): Promise<void>
  rename(database: string, name: string): Promise<void>
  openTables(database: string): Promise<Tables>
  stop(): Promise<void>
}

/** As its documentation advises for a machine of 8 GB; its own 128 MB is a tenth of a million users. */
const BUFFERS = 'shared_buffers=2GB'

/**
 * Starts PostgreSQL on what `folder` holds; makes it when it is not there.
 *
 * `settings`: such as `fsync=off`, beside those that it comes with.
 */
export async function startPostgres(folder: string, settings: string[] = []): Promise<Postgres> {
  mkdirSync(path.dirname(folder), { recursive: true })
  const postgres = await startProcess({ folder, settings: [BUFFERS, ...settings] })
  return {
    pid: postgres.pid(),
    async has(database) {
      const select = `select datname from pg_database where datname = '${database}'`
      return (await postgres.sql(select)).length > 0
    },
    async create(database, original = 'template1') {
      const copy = `template "${original}" strategy file_copy`
      await postgres.sql(`create database "${database}" ${copy}`)
      return postgres.urlOf(database)
    },
    async drop(database) {
      await postgres.sql(`drop database if exists "${database}" with (force)`)
    },
    async rename(database, name) {
      await postgres.sql(`alter database "${database}" rename to "${name}"`)
    },
    openTables: async (database) => openPostgresTables(await postgres.connect(database)),
    stop: () => postgres.stop(),
  }
}
