import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { makeTestDirectory, startTestServer, testPassword } from '../testing/test-server.ts'

const program = fileURLToPath(new URL('main.ts', import.meta.url))

let directory: string

beforeEach(() => {
  directory = makeTestDirectory()
})

afterEach(() => {
  rmSync(directory, { recursive: true, force: true })
})

describe('skygear-server serve', () => {
  it('tells the address and the API key, and serves', async () => {
    const { url, apiKey, output } = await start()

    const answer = await post(url, 'auth/signup', { api_key: apiKey })

    expect(answer.status).toBe(200)
    expect(output()).toContain(`endPoint: '${url}'`)
    expect(output()).toContain(`apiKey: '${apiKey}'`)
  })

  it('tells where mails are shown with --dev, and shows them', async () => {
    const { url, output } = await start({}, ['--dev'])

    expect(output()).toContain(`${url}/dev/inbox`)
    expect(await (await fetch(`${url}/dev/inbox`)).text()).toContain('Dev inbox')
  })

  it('tells that the master key is in the key file, unless a setting gives it', async () => {
    const inFile = await start({ API_KEY: 'given-api-key' })
    const given = await start({ MASTER_KEY: 'Rf3kQz81mNw7xTb5' })

    expect(inFile.output()).toContain('keys.json  (the master key in it is for servers only)')
    expect(given.output()).toMatch(/keys\.json {2}\(for those that the settings do not give\)/)
  })

  it('writes its log for people with --dev, and for programs without', async () => {
    const [people, programs] = await Promise.all([start({}, ['--dev']), start()])
    for (const { url } of [people, programs]) await post(url, 'me', { api_key: 'wrong' })
    await Promise.all([people.stop('SIGTERM'), programs.stop('SIGTERM')])

    expect(people.output()).toMatch(
      /^\d\d:\d\d:\d\d {2}401 {2}me {2}[\d.]+ ms {2}AccessKeyNotAccepted$/m,
    )
    expect(people.output()).not.toContain('{"level"')
    expect(programs.output()).toMatch(/^\{"level":30,.*"action":"me".*\}$/m)
  })

  it('heeds LOG_LEVEL with --dev', async () => {
    const { url, output, stop } = await start({ LOG_LEVEL: 'warn' }, ['--dev'])
    await post(url, 'me', {})
    await stop('SIGTERM')

    expect(output()).not.toContain('  me  ')
  })

  it('does not tell the master key', async () => {
    const { output } = await start()

    expect(output()).not.toContain(keys()['masterKey'])
    expect(output()).not.toContain(keys()['tokenSecret'])
  })

  it('AD-01: writes its keys for the eyes of the owner only', async () => {
    await start()

    expect(statSync(join(directory, 'keys.json')).mode & 0o777).toBe(0o600)
    for (const key of Object.values(keys())) expect(key).toMatch(/^[\w-]{43}$/)
  })

  it('has the same keys when it is started again', async () => {
    const first = await start()
    await first.stop('SIGTERM')

    const second = await start()

    expect(second.apiKey).toBe(first.apiKey)
  })

  it('takes keys from its settings and writes none', async () => {
    const { output } = await start({
      API_KEY: 'given-api-key',
      MASTER_KEY: 'given-master-key',
      TOKEN_STORE_SECRET: 'given-token-secret',
    })

    expect(output()).toContain('given-api-key')
    expect(existsSync(join(directory, 'keys.json'))).toBe(false)
  })

  it('agrees on keys with another process that starts at the same time', async () => {
    const [first, second] = await Promise.all([start(), start()])

    expect(first.apiKey).toBe(second.apiKey)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s', async (signal) => {
    const server = await start()

    expect(await server.stop(signal)).toEqual({ code: 0, errors: '' })
  })

  it('R-01: still has a user who was signed up a moment before it was killed', async () => {
    const server = await start()
    const body = { auth_data: { username: 'amy' }, password: testPassword }
    await post(server.url, 'auth/signup', { api_key: server.apiKey, ...body })
    await server.stop('SIGKILL')

    const { url, apiKey } = await start()

    const answer = await post(url, 'auth/login', { api_key: apiKey, ...body })
    expect(answer.status).toBe(200)
  })

  it('names once an old setting that has no meaning', async () => {
    const { output, stop } = await start({ ASSET_STORE: 's3' })
    await stop('SIGTERM')

    expect(output().match(/ASSET_STORE is set, but has no meaning/g)).toHaveLength(1)
  })

  it('goes on after a request that cannot be read', async () => {
    const { url } = await start()

    await fetch(`${url}/%ff`)

    expect((await fetch(url)).status).toBe(200)
  })
})

describe('skygear-server serve --workers', () => {
  it('serves, and ends with 0 when it is told to stop', async () => {
    const { url, apiKey, stop } = await start({}, ['--workers', '2'])

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post(url, 'auth/signup', { api_key: apiKey })),
    )

    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(await stop('SIGTERM')).toEqual({ code: 0, errors: '' })
  })

  it('sums up what its workers have counted', async () => {
    const { url, apiKey } = await start({}, ['--workers', '2'])
    // Without a kept connection, so that both workers have their share.
    const headers = { Connection: 'close', 'X-Skygear-API-Key': apiKey }
    for (let i = 0; i < 6; i += 1) await fetch(`${url}/auth/logout`, { headers })

    const metrics = await fetch(`${url}/_status/metrics`, {
      headers: { Authorization: `Bearer ${keys()['masterKey']}` },
    })

    const text = await metrics.text()
    expect(text).toContain('skygear_requests_total{action="auth:logout",status="200",code="0"} 6\n')
    expect(text).toContain('skygear_workers 2\n')
  })

  it('R-22: replaces a worker that dies', async () => {
    const { url, apiKey, pid } = await start({}, ['--workers', '2'])
    const [worker] = childrenOf(pid)

    process.kill(worker!, 'SIGKILL')
    while (childrenOf(pid).length < 2 || childrenOf(pid).includes(worker!)) await sleep(50)

    for (let i = 0; i < 4; i += 1) {
      const headers = { Connection: 'close' }
      const body = JSON.stringify({ api_key: apiKey })
      const { status } = await fetch(`${url}/auth/signup`, { method: 'POST', headers, body })
      expect(status).toBe(200)
    }
  })

  it('leaves no worker behind when it is killed itself', async () => {
    const { pid, stop } = await start({}, ['--workers', '2'])
    const workers = childrenOf(pid)

    await stop('SIGKILL')
    while (workers.some(isRunning)) await sleep(50)
  })

  it('tells once what keeps it from starting', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const { port } = new URL(server.url)

    expect(await failure({ PORT: port }, ['--workers', '2'])).toContain(`Port ${port} is taken.`)
  })

  it.each(['0', '1.5', 'x', '1000'])('refuses %s', async (count) => {
    const { code, errors } = await runCommand(['serve', '--workers', count])

    // Not understood, unlike a server that cannot start.
    expect(code).toBe(2)
    expect(errors).toContain('whole number from 1 to 256')
  })
})

describe('skygear-server serve fails with one line', () => {
  it('when the port is taken', async () => {
    const server = await startTestServer()
    onTestFinished(server.close)
    const { port } = new URL(server.url)

    expect(await failure({ PORT: port })).toBe(
      `Port ${port} is taken. Set PORT to another one, such as PORT=${Number(port) + 1}.\n`,
    )
  })

  it('when a setting cannot be used', async () => {
    expect(await failure({ PORT: 'http' })).toBe(
      'PORT must be a whole number from 0 to 65535, but is "http".\n',
    )
  })

  it('KY-08: when a key can be guessed, unless it is for development', async () => {
    const errors = await failure({ MASTER_KEY: 'changeme' })

    expect(errors).toContain('MASTER_KEY')
    expect(errors).toContain('openssl rand')
    const { url } = await start({ MASTER_KEY: 'changeme' }, ['--dev'])
    expect(url).toMatch(/^http/)
    const production = { MASTER_KEY: 'changeme', NODE_ENV: 'production' }
    expect(await failure(production, ['--dev'])).toContain('MASTER_KEY')
  })

  it('KY-08: when other users of the machine can read the key file', async () => {
    const { stop } = await start()
    await stop('SIGTERM')
    chmodSync(join(directory, 'keys.json'), 0o644)

    expect(await failure({})).toContain('chmod 600')
  })

  it('when the address is not of this machine', async () => {
    expect(await failure({ HOST: '192.0.2.1' })).toMatch(
      /^HOST is not an address of this machine\./,
    )
  })

  it('when the data folder is below a file', async () => {
    writeFileSync(join(directory, 'file'), '')

    expect(await failure({ DATA_DIR: join(directory, 'file', 'data') })).toMatch(
      /^.*file\/data cannot be used as a folder\. Set DATA_DIR to another one\.\n$/,
    )
  })

  it('when the data folder is a file', async () => {
    writeFileSync(join(directory, 'file'), '')

    expect(await failure({ DATA_DIR: join(directory, 'file') })).toMatch(
      /cannot be used as a folder\. Set DATA_DIR to another one\.\n$/,
    )
  })

  it('when the database file is damaged', async () => {
    writeFileSync(join(directory, 'skygear.db'), 'no database '.repeat(1_000))

    expect(await failure({})).toBe(
      'The database file is damaged or not a database. Restore it from a backup.\n',
    )
  })

  it('when the database file is a folder', async () => {
    mkdirSync(join(directory, 'skygear.db'))

    expect(await failure({})).toBe(
      'The database cannot be written. Make its folder writable, or set DATA_DIR to another.\n',
    )
  })

  it('when the key file is damaged, without telling what is in it', async () => {
    const damaged = '{"apiKey":"s3cret-1","masterKey":"s3cret-2'
    writeFileSync(join(directory, 'keys.json'), damaged)

    const text = await failure({})

    expect(text).toContain('keys.json')
    expect(text).not.toContain('s3cret')
  })

  it('when two users would have the same log-in id', async () => {
    const server = await start()
    for (const username of ['amy', 'bea']) {
      await post(server.url, 'auth/signup', {
        api_key: server.apiKey,
        auth_data: { username },
        profile: { phone: '1' },
        password: testPassword,
      })
    }
    await server.stop('SIGTERM')

    expect(await failure({ AUTH_RECORD_KEYS: 'phone' })).toBe(
      'AUTH_RECORD_KEYS cannot be used: two users would have the same login id.\n',
    )
  })
})

describe.each([
  ['opaque', []],
  ['jwt', []],
  ['opaque', ['--dev']],
])('what a server says with LOG_LEVEL=trace, TOKEN_STORE=%s, %j', (tokenStore, options) => {
  it('LG-04: has no secret in it, whatever is sent', async () => {
    const server = await start({ LOG_LEVEL: 'trace', TOKEN_STORE: tokenStore }, options)
    const { url, apiKey } = server
    const passwords = ['s3cret-password-1', 's3cret-password-2', 's3cret-password-wrong']
    const [password, newPassword, wrongPassword] = passwords
    const user = { auth_data: { username: 'amy' } }
    const token = await tokenOf(post(url, 'auth/signup', { api_key: apiKey, ...user, password }))
    await post(url, 'auth/login', { api_key: apiKey, ...user, password: wrongPassword })
    await post(url, 'auth/login', { api_key: apiKey, ...user, password: [wrongPassword] })
    const newToken = await tokenOf(
      post(url, 'auth/password', {
        access_token: token,
        old_password: password,
        password: newPassword,
      }),
    )
    await post(url, 'me', { access_token: newToken, api_key: 's3cret-wrong-key' })
    await fetch(`${url}/me?access_token=${newToken}&api_key=${keys()['masterKey']}`)
    await fetch(`${url}/auth/login`, { method: 'POST', body: `{"password":"${password}` })
    await post(url, 'auth/logout', { access_token: newToken })
    breakTheDatabase()
    const broken = await post(url, 'auth/signup', {
      api_key: apiKey,
      ...user,
      password: newPassword,
    })
    expect(broken.status).toBe(500)

    const { errors } = await server.stop('SIGTERM')

    const said = server.output() + errors
    expect(said).toContain('a request failed')
    const secrets = [
      ...passwords,
      token,
      newToken,
      's3cret',
      keys()['masterKey'],
      keys()['tokenSecret'],
    ]
    for (const secret of secrets) expect(said).not.toContain(secret)
  })
})

interface Running {
  pid: number
  url: string
  apiKey: string
  /** What it has written to its standard output. */
  output(): string
  stop(signal: NodeJS.Signals): Promise<{ code: number | null; errors: string }>
}

/** Starts the command and waits until it says that it runs. */
async function start(
  environment: Record<string, string> = {},
  options: string[] = [],
): Promise<Running> {
  const child = run(environment, options)
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let errors = ''
  child.stdout!.on('data', (text) => {
    output += String(text)
  })
  child.stderr!.on('data', (text) => {
    errors += String(text)
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  while (!output.includes('Ctrl-C stops the server.')) {
    if (child.exitCode !== null) throw new Error(`The server ended: ${errors}`)
    await sleep(20)
  }
  return {
    pid: child.pid!,
    url: /running at (\S+)/.exec(output)![1]!,
    apiKey: /API key +(\S+)/.exec(output)![1]!,
    output: () => output,
    async stop(signal) {
      child.kill(signal)
      const [code] = await closed
      return { code, errors }
    },
  }
}

/** Runs the command, which is to fail, and gives what it says on its standard error. */
async function failure(
  environment: Record<string, string>,
  options: string[] = [],
): Promise<string> {
  const child = run(environment, options)
  let errors = ''
  child.stderr!.on('data', (text) => {
    errors += String(text)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  expect(code).toBe(1)
  expect(errors.trimEnd().split('\n')).toHaveLength(1)
  return errors
}

function run(environment: Record<string, string>, options: string[] = []): ChildProcess {
  const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: directory, ...environment }
  return spawn(process.execPath, [program, 'serve', ...options], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** The processes that a process has started, as Linux lists them. */
function childrenOf(pid: number): number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return list.split(' ').filter(Boolean).map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function keys(): Record<string, string> {
  return JSON.parse(readFileSync(join(directory, 'keys.json'), 'utf8')) as Record<string, string>
}

/** Takes a table away under the server, so that it fails for a reason of its own. */
function breakTheDatabase(): void {
  const database = new DatabaseSync(join(directory, 'skygear.db'))
  database.exec('drop table login_id')
  database.close()
}

function post(url: string, path: string, body: Record<string, unknown>): Promise<Response> {
  return fetch(`${url}/${path}`, { method: 'POST', body: JSON.stringify(body) })
}

async function tokenOf(answer: Promise<Response>): Promise<string> {
  const { result } = (await (await answer).json()) as { result: { access_token: string } }
  return result.access_token
}
