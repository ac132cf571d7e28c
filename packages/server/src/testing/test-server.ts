import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { z } from 'zod'
import type { actions } from '../actions/index.ts'
import type { ErrorObject } from '../errors.ts'
import { createLog } from '../log.ts'
import { createServer } from '../server.ts'
import { loadSettings } from '../settings.ts'
import { dropTestDatabase, MIGRATED, openTestDatabase, runTestSql } from './postgres-cluster.ts'

type ActionOf<Name> = Extract<(typeof actions)[number], { name: Name }>
type ActionName = (typeof actions)[number]['name']
type ResultOf<Name> = z.output<ActionOf<Name>['output']>
type AuthResult = ResultOf<'me'>

/** What a call carries beside its body; the API key, when no key is named. */
export interface TestCredentials {
  token?: string
  /** Null: none. */
  key?: string | null
  /** The address of the client, for a server that trusts 127.0.0.1 as its proxy. */
  from?: string
  /** What the server gave for the device to keep. */
  device?: string | undefined
}

export interface TestServer {
  url: string
  apiKey: string
  masterKey: string
  dataDirectory: string
  engine: 'sqlite' | 'postgres'
  databaseUrl: string
  /** Lines of the log, as they are written. */
  log: string[]
  /** Calls an action over HTTP. */
  call<Name extends ActionName>(
    action: Name,
    body?: Record<string, unknown>,
    credentials?: TestCredentials,
  ): Promise<TestAnswer<ResultOf<Name>>>
  /** Signs up a user of this name, who has `testPassword`. */
  signUp(username: string): Promise<AuthResult>
  /**
   * Runs SQL on the database, on a connection of its own such as another process has. Parameters
   * are written as `?`.
   */
  sql<Row>(statement: string, ...parameters: unknown[]): Promise<Row[]>
  /** Stops the server and leaves its database, for another one to start on. */
  stop(): Promise<void>
  /** Stops the server and removes its database. */
  close(): Promise<void>
}

/** Vitest runs the tests once for each engine. */
const usesPostgres = process.env['TEST_ENGINE'] === 'postgres'

/** The password of users that `signUp` makes. */
export const testPassword = 'correct horse battery'

const testKeys = {
  API_KEY: 'test-api-key-0123456789abcdef',
  MASTER_KEY: 'test-master-key-0123456789abcdef',
  TOKEN_STORE_SECRET: 'test-token-secret-0123456789abcdef',
}

/**
 * Starts a real server on a free port, over SQLite in a folder of its own. Answers are checked
 * against the output schemas of their actions.
 *
 * `environment`: settings by the names of their environment variables. With the `DATA_DIR` of
 * another test server they share a database, which stays the other's to remove.
 */
export async function startTestServer(
  environment: Record<string, string> = {},
  { dev = false } = {},
): Promise<TestServer> {
  const ownDirectory = environment['DATA_DIR'] ? undefined : makeTestDirectory()
  const dataDirectory = environment['DATA_DIR'] ?? ownDirectory!
  const databaseName = usesPostgres ? nameDatabase(dataDirectory) : undefined
  const removeOwnDirectory = async () => {
    if (!ownDirectory) return
    rmSync(ownDirectory, { recursive: true, force: true })
    if (databaseName) await dropTestDatabase(databaseName)
  }
  const log: string[] = []
  try {
    const settings = loadSettings({
      PORT: '0',
      DATA_DIR: dataDirectory,
      LOG_LEVEL: 'error',
      // Tests of one file come from one address.
      RATE_LIMIT: 'off',
      ...testKeys,
      ...(databaseName && { DATABASE_URL: await openTestDatabase(databaseName, MIGRATED) }),
      ...environment,
    })
    const logger = createLog(settings, { write: (line) => void log.push(line) })
    const server = await createServer(settings, { log: logger, checkAnswers: true, dev })
    const { url } = server
    const { apiKey, masterKey } = settings
    const call: TestServer['call'] = (action, body = {}, credentials = {}) =>
      callAction(url, action, body, { key: apiKey, ...credentials })
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= server.close())
    return {
      url,
      apiKey,
      masterKey,
      dataDirectory,
      engine: databaseName === undefined ? 'sqlite' : 'postgres',
      databaseUrl: settings.databaseUrl || `sqlite:${join(dataDirectory, 'skygear.db')}`,
      log,
      call,
      async signUp(username) {
        const body = { auth_data: { username }, password: testPassword }
        return (await call('auth:signup', body)).result
      },
      sql: async (statement, ...parameters) =>
        databaseName === undefined
          ? runSql(join(dataDirectory, 'skygear.db'), statement, parameters)
          : runTestSql(databaseName, statement, parameters),
      stop,
      async close() {
        await stop()
        await removeOwnDirectory()
      },
    }
  } catch (error) {
    await removeOwnDirectory()
    throw error
  }
}

/** One database for each data directory, so that servers that share one share the other. */
function nameDatabase(dataDirectory: string): string {
  return basename(dataDirectory).replaceAll('-', '_').toLowerCase()
}

/** A folder for the files of one test. */
export function makeTestDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'skygear-test-'))
}

/** An answer of the server. */
export class TestAnswer<Result> {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly #body: { result?: Result; info?: Record<string, unknown>; error?: ErrorObject }

  constructor(response: Response, text: string) {
    this.status = response.status
    this.headers = response.headers
    this.text = text
    this.#body = text === '' ? {} : JSON.parse(text)
  }

  /** Throws when the answer is an error. */
  get result(): Result {
    if (this.#body.result === undefined) throw new Error(`${this.status} ${this.text}`)
    return this.#body.result
  }

  get info(): Record<string, unknown> | undefined {
    return this.#body.info
  }

  get error(): ErrorObject | undefined {
    return this.#body.error
  }
}

async function callAction<Result>(
  url: string,
  action: string,
  body: Record<string, unknown>,
  { key, token, from, device }: TestCredentials,
): Promise<TestAnswer<Result>> {
  // A server that stops would wait for the next request of a connection that is kept.
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    Connection: 'close',
  }
  if (typeof key === 'string') headers['X-Skygear-API-Key'] = key
  if (token !== undefined) headers['X-Skygear-Access-Token'] = token
  if (from !== undefined) headers['X-Forwarded-For'] = from
  if (device !== undefined) headers['X-Skygear-Device'] = device
  const response = await fetch(`${url}/${action.replaceAll(':', '/')}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  return new TestAnswer<Result>(response, await response.text())
}

function runSql<Row>(file: string, text: string, parameters: unknown[]): Row[] {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    return database.prepare(text).all(...(parameters as SQLInputValue[])) as Row[]
  } finally {
    database.close()
  }
}
