import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { migrations } from '../storage/migrations/index.ts'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory, startTestServer } from '../testing/test-server.ts'

const all = Object.keys(migrations)

let directory: string

beforeEach(() => {
  directory = makeTestDirectory()
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server migrate', () => {
  it('makes the tables and says what it has applied', async () => {
    const first = await migrate('--json')
    const second = await migrate()

    expect(first).toMatchObject({ code: 0, json: { applied: all } })
    expect(second).toMatchObject({
      code: 0,
      output: `${join(directory, 'skygear.db')} is up to date.\n`,
    })
  })

  it('fails with one line when the database cannot be reached', async () => {
    const { code, errors } = await runCommand(['migrate'], {
      environment: { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    })

    expect(code).toBe(1)
    expect(errors).toMatch(/^The PostgreSQL database cannot be opened .*\. Check DATABASE_URL\.\n$/)
  })
})

describe('skygear-server migrate --check', () => {
  it('lists what is to be done, changes nothing and ends with 1', async () => {
    const { code, json } = await migrate('--check', '--json')

    expect(code).toBe(1)
    expect(json).toEqual({ applied: [], pending: all, newer: [] })
    expect(existsSync(join(directory, 'skygear.db'))).toBe(false)
  })

  it('ends with 0 when there is nothing to do', async () => {
    await migrate()

    expect(await migrate('--check')).toMatchObject({ code: 0, output: 'There is nothing to do.\n' })
  })
})

describe('a database that a newer version has migrated', () => {
  it('serves this version too', async () => {
    await migrate()
    addMigration('9999-of-the-next-version')

    const server = await startTestServer({
      DATA_DIR: directory,
      DATABASE_URL: `sqlite:${join(directory, 'skygear.db')}`,
    })
    onTestFinished(server.stop)

    expect((await server.signUp('amy')).user_id).toBeDefined()
    expect((await migrate('--check', '--json')).json['newer']).toEqual(['9999-of-the-next-version'])
  })
})

function migrate(...options: string[]) {
  return runCommand(['migrate', ...options], { environment: { DATA_DIR: directory } })
}

function addMigration(name: string): void {
  const database = new DatabaseSync(join(directory, 'skygear.db'))
  database.prepare('insert into kysely_migration values (?, ?)').run(name, new Date().toISOString())
  database.close()
}
