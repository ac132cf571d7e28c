import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { TestServer } from '../../packages/server/src/testing/test-server.ts'
import { canonicalName } from '../../packages/server/src/users/login-id.ts'

/** G3 and G4: what holds for database and log, whatever happened to the server. */
export async function checkRemains(server: TestServer, secrets: Set<string>): Promise<void> {
  await checkInvariants(server)
  const log = server.log.join('\n')
  const stored = await everythingStored(server)
  for (const secret of secrets) {
    expect(log.includes(secret), `in the log: ${secret}`).toBe(false)
    expect(stored.includes(secret), `in the database: ${secret}`).toBe(false)
  }
}

/** The invariants I1 to I5, each as a statement that finds what breaks it. */
const VIOLATIONS: Record<string, string> = {
  'I1: an account without its user record':
    "select id from account where id not in (select key from record where database_id = '' and type = 'user')",
  'I1: a user record without its account':
    "select key from record where database_id = '' and type = 'user' and key not in (select id from account)",
  'I2: a name of nobody':
    'select canonical from login_id where user_id not in (select id from account)',
  'I3: a session of nobody':
    'select user_id from session where user_id not in (select id from account)',
  'I4: a password that is not hashed':
    "select id from account where password_hash not like '$argon2id$%' and password_hash not like '$2%'",
  'I5: a code of nobody':
    'select user_id from one_time_code where user_id not in (select id from account)',
}

async function checkInvariants(server: TestServer): Promise<void> {
  for (const [what, statement] of Object.entries(VIOLATIONS)) {
    expect(await server.sql(statement), what).toEqual([])
  }
  const users = await server.sql<{ fields: string }>(
    "select fields from record where database_id = '' and type = 'user'",
  )
  const names = users.flatMap(({ fields }) => {
    const { username } = JSON.parse(fields) as { username?: unknown }
    return typeof username === 'string' ? [canonicalName(username)] : []
  })
  expect(names.length, 'I2: a name of two users').toBe(new Set(names).size)
}

/** All rows of all tables and, of SQLite, the bytes of the files, which keep what was deleted. */
async function everythingStored(server: TestServer): Promise<string> {
  const { engine, dataDirectory } = server
  if (engine === 'sqlite') {
    const files = readdirSync(dataDirectory).filter((name) => name.startsWith('skygear.db'))
    return files.map((name) => readFileSync(path.join(dataDirectory, name), 'latin1')).join('\n')
  }
  const tables = await server.sql<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  )
  const rows = await Promise.all(tables.map(({ name }) => server.sql(`select * from "${name}"`)))
  return JSON.stringify(rows)
}
