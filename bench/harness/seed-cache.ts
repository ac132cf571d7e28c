import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createPasswordHasher } from '../../packages/server/src/security/password.ts'
import { CARELESS } from '../../packages/server/src/testing/postgres-process.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { makeTables, PASSWORD, seedUsers } from './seed.ts'
import { openSqliteTables, type Tables } from './tables.ts'

/**
 * Puts a database with `count` seeded users into the folder of a server, as a copy of one in
 * `cache`, which is made when it is not there.
 */
export async function copySqliteSeed(cache: string, count: number, folder: string): Promise<void> {
  const seed = path.join(cache, `users-${count}.db`)
  if (!existsSync(seed)) {
    const unfinished = path.join(cache, 'unfinished.db')
    mkdirSync(cache, { recursive: true })
    for (const ending of ['', '-wal', '-shm']) rmSync(unfinished + ending, { force: true })
    await makeTables(`sqlite:${unfinished}`)
    await fill(openSqliteTables(unfinished), count, 'SQLite')
    renameSync(unfinished, seed)
  }
  mkdirSync(folder)
  copyFileSync(seed, path.join(folder, 'skygear.db'))
}

/** Starts the PostgreSQL in `cache`, with databases of these sizes to make copies of. */
export async function startSeededPostgres(cache: string, counts: number[]): Promise<Postgres> {
  const folder = path.join(cache, 'postgres')
  const careless = await startPostgres(folder, CARELESS)
  try {
    for (const count of counts) await makePostgresSeed(careless, count)
  } finally {
    await careless.stop()
  }
  return startPostgres(folder)
}

async function makePostgresSeed(postgres: Postgres, count: number): Promise<void> {
  const seed = `users-${count}`
  if (await postgres.has(seed)) return
  const unfinished = 'unfinished'
  await postgres.drop(unfinished)
  await makeTables(await postgres.create(unfinished))
  await fill(await postgres.openTables(unfinished), count, 'PostgreSQL')
  await postgres.rename(unfinished, seed)
}

/** The same as `copySqliteSeed`, in a PostgreSQL that has it. Gives the address of the copy. */
export async function copyPostgresSeed(postgres: Postgres, count: number): Promise<string> {
  const copy = `copy-${count}`
  await postgres.drop(copy)
  return postgres.create(copy, `users-${count}`)
}

async function fill(tables: Tables, count: number, engine: string): Promise<void> {
  const started = performance.now()
  await seedUsers(tables, count, await createPasswordHasher().hash(PASSWORD))
  await tables.settle()
  await tables.close()
  const seconds = Math.round((performance.now() - started) / 1_000)
  console.log(`${count.toLocaleString('en')} users were written to ${engine} in ${seconds} s.`)
}
