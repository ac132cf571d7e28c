import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory, startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let directory: string
let file: string

beforeEach(async () => {
  server = await startTestServer()
  directory = makeTestDirectory()
  file = join(directory, 'backup.db')
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server backup', () => {
  it('copies what a server that runs has acknowledged', async () => {
    await server.signUp('amy')

    const { code, json } = await backUp('--json')

    expect(code).toBe(0)
    expect(json).toMatchObject({ file, bytes: statSync(file).size })
    expect(usersIn(file)).toBe(1)
  })

  it('gives one file, which is whole and for the eyes of the owner only', async () => {
    await backUp()

    expect(readdirSync(directory)).toEqual(['backup.db'])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(query(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(query(file, 'pragma journal_mode')).toEqual([{ journal_mode: 'delete' }])
  })

  it('R-26: comes to an end while the server writes all the time, without a half-made user', async () => {
    let isDone = false
    const writing = (async () => {
      for (let i = 0; !isDone; i += 1) await server.signUp(`user-${i}`)
    })()

    const { code } = await backUp()

    isDone = true
    await writing
    expect(code).toBe(0)
    expect(query(file, 'pragma foreign_key_check')).toEqual([])
    const halfMade = `select id from account where not exists
      (select 1 from login_id where user_id = account.id)
      or not exists (select 1 from record where key = account.id)`
    expect(query(file, halfMade)).toEqual([])
  })

  it('does not replace a file unless told to', async () => {
    writeFileSync(file, 'precious')

    expect(await backUp()).toMatchObject({
      code: 1,
      errors: `${file} is there already. Give --force to replace it.\n`,
    })
    expect((await backUp('--force')).code).toBe(0)
    expect(usersIn(file)).toBe(0)
  })

  it('does not copy a database onto itself', async () => {
    const database = join(server.dataDirectory, 'skygear.db')

    const { code, errors } = await runCommand(['backup', database, '--force'], {
      environment: { DATA_DIR: server.dataDirectory },
    })

    expect(code).toBe(1)
    expect(errors).toContain('is the database itself')
  })

  it('leaves nothing of a copy that failed', async () => {
    await server.stop()
    const broken = join(directory, 'skygear.db')
    writeFileSync(broken, 'no database '.repeat(1_000))

    const { code, errors } = await runCommand(['backup', file], {
      environment: { DATA_DIR: directory },
    })

    expect(code).toBe(1)
    expect(errors).toBe(`${broken} is damaged, so it was not copied. Restore an older backup.\n`)
    expect(readdirSync(directory)).toEqual(['skygear.db'])
  })

  it('names the tool for PostgreSQL', async () => {
    const { code, errors } = await runCommand(['backup', file], {
      environment: { DATABASE_URL: 'postgres://localhost/skygear' },
    })

    expect(code).toBe(1)
    expect(errors).toContain('pg_dump')
    expect(existsSync(file)).toBe(false)
  })
})

function backUp(...options: string[]) {
  return runCommand(['backup', file, ...options], {
    environment: { DATA_DIR: server.dataDirectory },
  })
}

function usersIn(database: string): unknown {
  return query(database, 'select count(*) as users from account')[0]?.['users']
}

function query(database: string, statement: string): Record<string, unknown>[] {
  const connection = new DatabaseSync(database, { readOnly: true })
  const rows = connection.prepare(statement).all()
  connection.close()
  return rows.map((row) => ({ ...row }))
}
