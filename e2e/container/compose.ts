import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { call, errorOf, isUnavailable, type Server, signUp } from '../wire.ts'
import { checkRights, whoIs } from './container.ts'
import { type Engine, until } from './engine.ts'

const SECRETS = ['POSTGRES_PASSWORD', 'API_KEY', 'MASTER_KEY', 'TOKEN_STORE_SECRET']

/** A setting that is no secret. */
const CORS_HOST = 'https://app.example.com'

const PASSWORD = 'correct horse battery'

const DATABASE = ['--username=skygear', '--dbname=skygear']
const DUMP = '/tmp/skygear.dump'
const AT_ONE_STROKE = ['--clean', '--if-exists', '--single-transaction']

/** A port that is free, in place of one that this machine may use for something else. */
const PORTS = 'services: { server: { ports: !override ["127.0.0.1::3000"] } }\n'

/**
 * Has the compose file of a folder serve, as docs/guide/production.md tells it: users outlive a new
 * start, a database that is killed, and a restore.
 */
export async function useCompose(engine: Engine, folder: string): Promise<void> {
  const apiKey = writeSecrets(folder)
  writeFileSync(path.join(folder, 'ports.yaml'), PORTS)
  const files = ['--file', 'compose.yaml', '--file', 'ports.yaml']
  const compose = ['compose', '--project-name', `skygear-e2e-${randomUUID()}`, ...files]
  const run = (...args: string[]) => engine.run([...compose, ...args], folder)
  const serve = async (...args: string[]): Promise<Server> => {
    await run(...args)
    const server = { url: `http://${await run('port', 'server', '3000')}`, apiKey, masterKey: '' }
    await until('the server can serve', async () => (await health(server)) === 200)
    return server
  }
  const up = () => serve('up', '--build', '--detach', '--wait')
  const command = (...words: string[]) =>
    run('exec', '--no-TTY', 'server', 'skygear-server', ...words)
  const inDatabase = (...words: string[]) => run('exec', '--no-TTY', 'database', ...words)
  try {
    let server = await up()
    await checkRights(engine, await run('ps', '--quiet', 'server'))
    const { access_token: token } = await signUp(server, { username: 'amy' }, PASSWORD)
    assert.match(await command('doctor'), /^0 problems, 0 warnings\.$/m)
    assert.match(await command('user', 'list'), /amy/)
    const corsHost = await run('exec', '--no-TTY', 'server', 'printenv', 'CORS_HOST')
    assert.equal(corsHost, CORS_HOST)

    await run('down')
    server = await up()
    assert.equal(await whoIs(server, token), 'amy')

    await run('kill', 'database')
    await until('calls are refused', async () =>
      isUnavailable(await call(server, 'me', { access_token: token })),
    )
    assert.equal(await health(server), 503)
    await run('start', 'database')
    await until('the server can serve again', async () => (await health(server)) === 200)
    assert.equal(await whoIs(server, token), 'amy')

    await inDatabase('pg_dump', ...DATABASE, '--format=custom', `--file=${DUMP}`)
    await command('user', 'delete', 'amy', '--yes')
    await run('stop', 'server')
    await inDatabase('pg_restore', ...DATABASE, ...AT_ONE_STROKE, DUMP)
    server = await serve('start', 'server')
    assert.equal(await whoIs(server, token), 'amy')
    await command('user', 'logout', '--all', '--yes')
    const ended = await call(server, 'me', { access_token: token })
    assert.equal(errorOf(ended)?.code, 104)
    const login = { auth_data: { username: 'amy' }, password: PASSWORD }
    assert.equal((await call(server, 'auth:login', login)).status, 200)
  } catch (error) {
    console.log(await run('logs').catch(String))
    throw error
  } finally {
    await engine.succeeds([...compose, 'down', '--volumes', '--rmi', 'local'], folder)
  }
}

async function health(server: Server): Promise<number> {
  return (await call(server, '_status:healthz')).status
}

/** Writes the file that the guide has one make, and gives the key of apps. */
function writeSecrets(folder: string): string {
  const secrets = SECRETS.map((name) => ({ name, value: randomBytes(32).toString('hex') }))
  const lines = secrets.map(({ name, value }) => `${name}=${value}\n`)
  // The port is one that must not become the container's.
  writeFileSync(path.join(folder, '.env'), `${lines.join('')}CORS_HOST=${CORS_HOST}\nPORT=1\n`)
  return secrets.find(({ name }) => name === 'API_KEY')?.value ?? ''
}
