import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createConnectionClient } from '../connection-client.ts'
import { authResultOf, call, type Server, signUp } from '../wire.ts'
import { type Engine, until } from './engine.ts'

const DATA = '/var/lib/skygear'
const PASSWORD = 'correct horse battery'

/** So many that their passwords are still being hashed when the server is told to stop. */
const LOGINS = 60

/** From the order to stop to the end; the engine kills after 10 s. */
const LONGEST_STOP_SECONDS = 9

/**
 * Has the image serve from a container of its own, with SQLite in a volume and as few rights as can be
 * left to it: it stops with all answers given, and whoever was logged in before is so afterwards.
 */
export async function useContainer(engine: Engine, image: string): Promise<void> {
  const { run, succeeds } = engine
  const name = `skygear-e2e-${randomUUID()}`
  const create = () =>
    run([
      ...['run', '--detach', '--name', name, '--volume', `${name}:${DATA}`],
      ...['--publish', '127.0.0.1::3000', '--env', 'RATE_LIMIT=off'],
      ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
      ...['--security-opt', 'no-new-privileges', image],
    ])
  try {
    await create()
    let server = await serverOf(engine, name)
    await checkRights(engine, name)
    const { access_token: token } = await signUp(server, { username: 'amy' }, PASSWORD)
    assert.equal(await whoIs(server, token), 'amy')
    const command = (...words: string[]) => run(['exec', name, 'skygear-server', ...words])
    assert.match(await command('doctor'), /^0 problems, 0 warnings\.$/m)
    assert.match(await command('user', 'list'), /amy/)
    assert.match(await command('--help'), /serve/)

    await stopUnderLoad(engine, name, server)
    await run(['start', name])
    server = await serverOf(engine, name)
    assert.equal(await whoIs(server, token), 'amy')

    // As a new version would take its place.
    await run(['rm', '--force', name])
    await create()
    server = await serverOf(engine, name)
    assert.equal(await whoIs(server, token), 'amy')
  } catch (error) {
    console.log(await run(['logs', name]).catch(String))
    throw error
  } finally {
    await succeeds(['rm', '--force', name])
    await succeeds(['volume', 'rm', name])
  }
}

/** Gives the username of whoever has the token. */
export async function whoIs(server: Server, token: string): Promise<unknown> {
  const answer = await call(server, 'me', { access_token: token })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return authResultOf(answer).profile['username']
}

/** Checks that the server is the container's first process, is not root, and cannot become it. */
export async function checkRights({ run }: Engine, container: string): Promise<void> {
  const exec = (...words: string[]) => run(['exec', container, ...words])
  assert.equal(await exec('id', '-u'), '1000')
  assert.match(await exec('cat', '/proc/1/cmdline'), /^node\0.*skygear-server\0serve/)
  const status = await exec('cat', '/proc/1/status')
  assert.match(status, /^CapBnd:\s0+$/m)
  assert.match(status, /^NoNewPrivs:\s1$/m)
  const mounts = await exec('cat', '/proc/1/mounts')
  assert.match(mounts, /^\S+ \/ \S+ ro\b/m)
}

/** Waits until the engine calls a container healthy, and gives where it is and its key. */
async function serverOf(engine: Engine, name: string): Promise<Server> {
  const { run, succeeds } = engine
  await until('the container is healthy', () => isHealthy(engine, name))
  assert.ok(await succeeds(['exec', name, 'test', '-s', `${DATA}/keys.json`]))
  const [address = ''] = (await run(['port', name, '3000/tcp'])).split('\n')
  const { apiKey } = JSON.parse(await run(['exec', name, 'cat', `${DATA}/keys.json`]))
  return { url: `http://${address}`, apiKey, masterKey: '' }
}

async function isHealthy({ run, succeeds }: Engine, name: string): Promise<boolean> {
  const status = await run(['inspect', '--format', '{{.State.Health.Status}}', name])
  // Podman leaves it to systemd to ask in between, which is not everywhere; Docker has no such command.
  return status === 'healthy' || succeeds(['healthcheck', 'run', name])
}

/** Stops a server that has work to do: all that it has accepted is answered, and it ends with 0. */
async function stopUnderLoad({ run }: Engine, name: string, server: Server): Promise<void> {
  const clients = Array.from({ length: LOGINS }, () => createConnectionClient(server, true))
  const login = { auth_data: { username: 'amy' }, password: PASSWORD }
  const isAnswered = ({ status }: { status: number | undefined }) => status === 200
  try {
    // Once on each connection, so that those below are accepted.
    const opened = await Promise.all(clients.map((client) => client.send('_status:healthz', {})))
    assert.ok(opened.every(isAnswered), JSON.stringify(opened.find((each) => !isAnswered(each))))
    const toldAt = performance.now()
    const answers = clients.map(async (client) => {
      const exchange = await client.send('auth:login', login)
      return { ...exchange, endedAt: performance.now() }
    })
    await run(['stop', name])
    const seconds = (performance.now() - toldAt) / 1_000
    const failed = (await Promise.all(answers)).filter((each) => !isAnswered(each))
    assert.deepEqual(failed, [], 'Requests were not answered.')
    assert.equal(await run(['inspect', '--format', '{{.State.ExitCode}}', name]), '0')
    assert.ok(seconds < LONGEST_STOP_SECONDS, `It stopped after ${seconds} s.`)
    console.log(`  ${LOGINS} log-ins answered, stopped after ${seconds.toFixed(2)} s`)
  } finally {
    for (const client of clients) client.close()
  }
}
