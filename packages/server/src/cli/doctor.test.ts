import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory, startTestServer } from '../testing/test-server.ts'

let directory: string
let database: string

beforeEach(() => {
  directory = makeTestDirectory()
  database = join(directory, 'skygear.db')
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server doctor', () => {
  it('finds nothing wrong beside a server that runs', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    await server.signUp('amy')

    const { code, json } = await examine({ DATABASE_URL: server.databaseUrl })

    expect(code).toBe(0)
    expect(json['ok']).toBe(true)
  })

  it('finds nothing wrong before the first start, and makes nothing', async () => {
    const { code, output } = await runCommand(['doctor'], { environment: { DATA_DIR: directory } })

    expect(code).toBe(0)
    expect(output).toContain('0 problems, 0 warnings.')
    expect(existsSync(database)).toBe(false)
  })

  it('says in full where it looks for what is not there', async () => {
    const { output } = await runCommand(['doctor'], { environment: { DATA_DIR: 'no-such-folder' } })

    expect(output).toContain(`There is no ${resolve('no-such-folder/skygear.db')} yet`)
    expect(output).toContain(`There is no ${resolve('no-such-folder/keys.json')} yet`)
  })

  it('tells the mail server and the mails that wait apart', async () => {
    await makeTables()

    const { json } = await examine()

    const about = (json['findings'] as { about: string }[]).map((finding) => finding.about)
    expect(about.filter((name) => name === 'mail' || name === 'outbox')).toEqual(['outbox', 'mail'])
  })

  it('says which setting cannot be used', async () => {
    expect(await problems({ PORT: 'http' })).toEqual([
      expect.objectContaining({ about: 'settings', what: expect.stringContaining('PORT') }),
    ])
  })

  it('says who else can read the keys', async () => {
    const keys = { apiKey: 'a', masterKey: 's3cret-m', tokenSecret: 's3cret-t' }
    const file = join(directory, 'keys.json')
    writeFileSync(file, JSON.stringify(keys))
    chmodSync(file, 0o644)

    const { output } = await examine()

    expect(output).toContain(`chmod 600 ${file}`)
    expect(output).not.toContain('s3cret')
  })

  it('says that a key file is damaged, without telling what is in it', async () => {
    writeFileSync(join(directory, 'keys.json'), '{"masterKey":"s3cret', { mode: 0o600 })

    const { code, output } = await examine()

    expect(code).toBe(1)
    expect(output).toContain('is damaged')
    expect(output).not.toContain('s3cret')
  })

  it('says that a database is damaged', async () => {
    writeFileSync(database, 'no database '.repeat(1_000))

    expect(await problems()).toEqual([
      {
        about: 'database',
        status: 'problem',
        what: `${database} is damaged, or not a database.`,
        remedy: expect.stringContaining('skygear-server restore'),
      },
    ])
  })

  it('says that a database is locked', async () => {
    await makeTables()
    const other = new DatabaseSync(database)
    onTestFinished(() => other.close())
    other.exec('begin immediate')

    expect(await problems()).toEqual([
      expect.objectContaining({ what: `Another program keeps ${database} locked.` }),
    ])
  })

  it('says who else can read the database', async () => {
    await makeTables()
    chmodSync(directory, 0o755)
    chmodSync(database, 0o644)

    expect(await problems()).toEqual([
      expect.objectContaining({ remedy: `Run: chmod 700 ${directory}` }),
    ])
  })

  it('says that users are half gone', async () => {
    await makeTables()
    change("insert into account (id, token_version, disabled, roles) values ('amy', 0, 0, '[]')")

    expect(await problems()).toEqual([
      expect.objectContaining({
        what: '1 accounts have no user record, and cannot log in.',
      }),
    ])
  })

  it('says that the clock is behind what has happened', async () => {
    await makeTables()
    change("insert into account (id, token_version, disabled, roles) values ('amy', 0, 0, '[]')")
    change(`insert into record (database_id, type, key, owner_id, created_at, created_by,
      updated_at, updated_by, fields) values ('', 'user', 'amy', 'amy', 0, 'amy', 0, 'amy', '{}')`)
    change(
      `insert into session (token_hash, user_id, dialect, created_at, last_seen_at) values ('hash', 'amy', 'B', ${Date.now() + 3_600_000}, 0)`,
    )

    expect(await problems()).toEqual([
      expect.objectContaining({ about: 'clock', what: expect.stringContaining('yet to come') }),
    ])
  })

  it('says why PostgreSQL cannot be reached, without the password', async () => {
    const { code, output } = await examine({
      DATABASE_URL: 'postgres://skygear:s3cret@127.0.0.1:1/skygear',
    })

    expect(code).toBe(1)
    expect(output).toContain('Start PostgreSQL')
    expect(output).not.toContain('s3cret')
  })

  it('looks whether the mail server answers', async () => {
    const port = await listen('220 mail.example.com ESMTP\r\n')

    const { code, output } = await examine(mailSettings(`smtp://amy:s3cret@127.0.0.1:${port}`))

    expect(code).toBe(0)
    expect(output).toContain(`The mail server 127.0.0.1:${port} answers.`)
    expect(output).not.toContain('s3cret')
  })

  it('says that something else answers in the place of a mail server', async () => {
    const port = await listen('HTTP/1.1 400 Bad Request\r\n')

    expect(await problems(mailSettings(`smtp://127.0.0.1:${port}`))).toEqual([
      expect.objectContaining({ about: 'mail', what: expect.stringContaining('no mail server') }),
    ])
  })

  it('says that mails wait, and that some were given up', async () => {
    await makeTables()
    const insert = `insert into outbox_mail
      (id, kind, recipient, languages, facts, created_at, due_at, expires_at, attempts, failed_at)`
    change(`${insert} values ('a', 'welcome', 'a@b', '', '{}', 1, 1, 1, 3, 2)`)
    expect((await examine()).output).toContain('1 mails of the last days could not be sent.')

    change(`${insert} values ('b', 'welcome', 'a@b', '', '{}', 1, 1, 1, 3, null)`)
    expect((await examine()).output).toContain('1 mails wait to be sent, the oldest for')
  })

  it('says that a mail server cannot be reached', async () => {
    expect(await problems(mailSettings('smtps://127.0.0.1:1'))).toEqual([
      expect.objectContaining({ about: 'mail' }),
    ])
  })
})

function mailSettings(url: string): Record<string, string> {
  return { SMTP_URL: url, MAIL_FROM: 'a@example.com', PUBLIC_URL: 'https://auth.example.com' }
}

function examine(environment: Record<string, string> = {}) {
  return runCommand(['doctor', '--json'], { environment: { DATA_DIR: directory, ...environment } })
}

async function problems(environment: Record<string, string> = {}): Promise<unknown[]> {
  const { code, json } = await examine(environment)
  expect(code).toBe(1)
  return (json['findings'] as { status: string }[]).filter(({ status }) => status === 'problem')
}

async function makeTables(): Promise<void> {
  await runCommand(['migrate'], { environment: { DATA_DIR: directory } })
}

function change(statement: string): void {
  const connection = new DatabaseSync(database)
  connection.exec(statement)
  connection.close()
}

/** Listens, greets whoever connects, and gives the port. */
async function listen(greeting: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(greeting)
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
