import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import {
  makeTestDirectory,
  startTestServer,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

let server: TestServer
let directory: string
let backup: string
let database: string

beforeEach(async () => {
  server = await startTestServer()
  directory = makeTestDirectory()
  backup = join(directory, 'backup.db')
  database = join(server.dataDirectory, 'skygear.db')
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server restore', () => {
  it('brings back what was backed up, and nothing after it', async () => {
    await server.signUp('amy')
    await backUp()
    await server.signUp('bea')
    await server.stop()

    const { code, output } = await restore('--force')

    expect(code).toBe(0)
    expect(output).toBe(
      `Restored ${database} from ${backup}. Users have to log in again. Start the server.\n`,
    )
    const again = await startAgain()
    expect((await logIn(again, 'amy')).status).toBe(200)
    expect((await logIn(again, 'bea')).error?.code).toBe(110)
  })

  it('leaves one file, for the eyes of the owner only', async () => {
    await backUp()
    await server.stop()

    await restore('--force')

    expect(readdirSync(server.dataDirectory)).toEqual(['skygear.db'])
    expect(statSync(database).mode & 0o777).toBe(0o600)
  })

  it('restores into a folder that is not there yet', async () => {
    await server.signUp('amy')
    await backUp()
    const folder = join(directory, 'new', 'data')

    const { code } = await runCommand(['restore', backup], { environment: { DATA_DIR: folder } })

    expect(code).toBe(0)
    expect(existsSync(join(folder, 'skygear.db'))).toBe(true)
  })

  it('R-27: does not bring sessions back that were ended after the backup', async () => {
    const { access_token: token } = await server.signUp('amy')
    await backUp()
    await server.call('auth:logout', {}, { token })
    await server.stop()

    await restore('--force')

    expect((await (await startAgain()).call('me', {}, { token })).error?.code).toBe(104)
  })

  it('leaves users logged in who have no password', async () => {
    const { access_token: token } = (await server.call('auth:signup')).result
    await backUp()
    await server.stop()

    await restore('--force')

    expect((await (await startAgain()).call('me', {}, { token })).status).toBe(200)
  })

  it('leaves everybody logged in with --keep-sessions', async () => {
    const { access_token: token } = await server.signUp('amy')
    await backUp()
    await server.stop()

    await restore('--force', '--keep-sessions')

    expect((await (await startAgain()).call('me', {}, { token })).status).toBe(200)
  })

  it('is refused while a server runs', async () => {
    const { access_token: token } = await server.signUp('amy')
    await backUp()

    const { code, errors } = await restore('--force')

    expect(code).toBe(1)
    expect(errors).toBe(`A server is running on ${database}. Stop it first. Nothing was changed.\n`)
    expect((await server.call('me', {}, { token })).status).toBe(200)
    await server.signUp('bea')
    expect(readdirSync(server.dataDirectory).toSorted()).toEqual([
      'skygear.db',
      'skygear.db-shm',
      'skygear.db-wal',
    ])
  })

  it('does not replace a database unless told to', async () => {
    await backUp()
    await server.stop()

    expect(await restore()).toMatchObject({
      code: 1,
      errors: `${database} is there already. Give --force to replace it.\n`,
    })
  })

  it('replaces a database that is damaged, with the log of it', async () => {
    await server.signUp('amy')
    await backUp()
    await server.stop()
    writeFileSync(database, 'no database '.repeat(1_000))
    writeFileSync(`${database}-wal`, 'no log')

    expect((await restore('--force')).code).toBe(0)

    expect((await logIn(await startAgain(), 'amy')).status).toBe(200)
  })

  it('refuses a backup that is damaged, and changes nothing', async () => {
    await server.signUp('amy')
    await backUp()
    await server.stop()
    damage(backup)
    const before = readFileSync(database)

    const { code, errors } = await restore('--force')

    expect(code).toBe(1)
    expect(errors).toBe(`${backup} is damaged or not a database. Nothing was changed.\n`)
    expect(readFileSync(database)).toEqual(before)
    expect(readdirSync(server.dataDirectory)).toEqual(['skygear.db'])
  })

  it('refuses a database of another program', async () => {
    const other = new DatabaseSync(backup)
    other.exec('create table song (title text)')
    other.close()
    await server.stop()

    expect(await restore('--force')).toMatchObject({
      code: 1,
      errors: `${backup} is not a backup of this server.\n`,
    })
  })

  it('says when there is no such file', async () => {
    expect((await restore('--force')).errors).toBe(`There is no file ${backup}.\n`)
  })

  it('says when it is no file', async () => {
    mkdirSync(backup)

    expect((await restore('--force')).errors).toBe(`${backup} is not a file.\n`)
  })

  it('names the tool for PostgreSQL', async () => {
    const environment = { DATABASE_URL: 'postgres://localhost/skygear' }

    expect((await runCommand(['restore', backup], { environment })).errors).toContain('pg_restore')
  })

  it('keeps a server from going on with the database that was replaced', async () => {
    await backUp()
    await server.stop()
    // As a server that has opened the file a moment before it is replaced.
    const old = openSync(database, 'r')
    onTestFinished(() => closeSync(old))

    await restore('--force')

    expect(readFileSync(old).toString('latin1', 0, 15)).toBe('This database w')
    expect(readFileSync(database).toString('latin1', 0, 15)).toBe('SQLite format 3')
  })
})

async function backUp(): Promise<void> {
  const environment = { DATA_DIR: server.dataDirectory }
  expect((await runCommand(['backup', backup], { environment })).errors).toBe('')
}

function restore(...options: string[]) {
  return runCommand(['restore', backup, ...options], {
    environment: { DATA_DIR: server.dataDirectory },
  })
}

async function startAgain(): Promise<TestServer> {
  const again = await startTestServer({ DATA_DIR: server.dataDirectory })
  onTestFinished(again.stop)
  return again
}

function logIn(of: TestServer, username: string) {
  return of.call('auth:login', { auth_data: { username }, password: testPassword })
}

/** Overwrites a page in the middle. */
function damage(file: string): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(4_096, 0xff), 0, 4_096, 4_096 * 3)
  closeSync(descriptor)
}
